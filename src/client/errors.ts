// Owns the kinds of client error: what the world does wrong, and misuse. Which one an answer means is left to `api-error.ts` and the transport.

import { DefinitionError } from '../core/definition-error.ts';
import type { VllmErrorOptions } from '../core/vllm-error.ts';
import { VllmError } from '../core/vllm-error.ts';

/** There was no HTTP answer: name not found, connection refused or reset before the headers, TLS failure, a proxy that refused. */
export class HttpError extends VllmError {
  override readonly kind = 'HttpError';
}

/** The connection broke while a whole (not streamed) body was read, or a local file could not be read. */
export class IoError extends VllmError {
  override readonly kind = 'IoError';
}

/** A time limit has passed. `code` says which: `timeout`, `connect_timeout`, `first_byte_timeout`, `idle_timeout`, `total_timeout`. */
export class TimeoutError extends VllmError {
  override readonly kind = 'TimeoutError';
}

/** The caller cancelled, by its `AbortSignal`, `stream.abort()` or by leaving the loop. Never retried. */
export class AbortError extends VllmError {
  override readonly kind = 'AbortError';
}

interface StreamErrorOptions extends VllmErrorOptions {
  readonly partial?: string | undefined;
}

/** The stream broke after it had begun: cut, an error frame from the server, or a documented limit passed. */
export class StreamError extends VllmError {
  override readonly kind = 'StreamError';
  readonly #partial: string | undefined;

  constructor(message: string, options: StreamErrorOptions) {
    super(message, options);
    this.#partial = options.partial;
  }

  /** The answer text before the failure; set by `collectContent()` and `finalResponse()`. A loop over events has seen it already. */
  get partial(): string | undefined {
    return this.#partial;
  }
}

interface ParseErrorOptions extends VllmErrorOptions {
  /** The offending text; only its beginning is kept. */
  readonly excerpt?: string | undefined;
}

const MAX_EXCERPT_CHARS = 200;

/** Something that should be JSON (or an event stream) is not: a body, an event, the arguments of a call. */
export class ParseError extends VllmError {
  override readonly kind = 'ParseError';
  readonly #excerpt: string | undefined;

  constructor(message: string, options: ParseErrorOptions) {
    super(message, options);
    this.#excerpt = options.excerpt?.slice(0, MAX_EXCERPT_CHARS);
  }

  /** How the offending text begins. A getter, so that printing the error does not print it. */
  get excerpt(): string | undefined {
    return this.#excerpt;
  }
}

/** Valid JSON that is not an answer: no choices, wrong types. */
export class InvalidResponseError extends VllmError {
  override readonly kind = 'InvalidResponseError';
}

/** The client is used in a way that cannot work: change the program, do not repeat the request. Not a VllmError. */
export class ClientMisuseError extends DefinitionError {
  /** The class, as a word that survives bundling. */
  readonly kind: string = 'ClientMisuseError';
  /** What is wrong, as a stable word of lower case and underscores. */
  readonly code: string;

  constructor(message: string, { code, cause }: { readonly code: string; readonly cause?: unknown }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }

  /** What is safe to log: no cause, no stack. */
  toJSON(): Record<string, unknown> {
    const { kind, code, message } = this;
    return { kind, code, message };
  }
}

/** A required parameter is missing (`missing_parameter`) or cannot be sent (`invalid_parameter`). Thrown before anything is sent. */
export class MissingParameterError extends ClientMisuseError {
  override readonly kind = 'MissingParameterError';
  /** The parameter's name. */
  readonly parameter: string;

  constructor(
    parameter: string,
    message: string,
    code: 'missing_parameter' | 'invalid_parameter' = 'missing_parameter',
    options: ErrorOptions = {},
  ) {
    super(message, { code, cause: options.cause });
    this.parameter = parameter;
  }
}

export interface ApiErrorOptions extends VllmErrorOptions {
  readonly status: number;
  readonly type?: string | undefined;
  readonly param?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly retryAfterMs?: number | undefined;
}

/** The server answered with an error. `status` is HTTP's, `message` holds the server's message, shortened. */
export class ApiError extends VllmError {
  override readonly kind: string = 'ApiError';
  declare readonly status: number;
  /** The server's own name for the kind of error. It differs between versions and front ends: compare `status` and `code`. */
  readonly type: string | undefined;
  /** The request's field that the server names. */
  readonly param: string | undefined;
  /** The wait that `Retry-After` names, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #body: unknown;

  constructor(message: string, options: ApiErrorOptions) {
    super(message, options);
    this.type = options.type;
    this.param = options.param;
    this.retryAfterMs = options.retryAfterMs;
    this.#headers = options.headers ?? {};
    this.#body = options.body;
  }

  /** Response headers, names in lower case. A getter, so that printing the error does not print them. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  /** The parsed body, or its text. It may echo the prompt: a getter, so that printing the error does not print it. */
  get body(): unknown {
    return this.#body;
  }
}

interface ContextOverflowErrorOptions extends ApiErrorOptions {
  readonly limit?: number | undefined;
  readonly promptTokens?: number | undefined;
  readonly requestedTokens?: number | undefined;
}

/** The prompt, or the prompt and `max_tokens` together, do not fit the model's context. `code` is `context_overflow`. */
export class ContextOverflowError extends ApiError {
  override readonly kind = 'ContextOverflowError';
  /** The model's limit in tokens, when the server reported it. */
  readonly limit: number | undefined;
  /** Tokens in the prompt, when reported. vLLM stops counting at the limit: a value of limit + 1 means "at least". */
  readonly promptTokens: number | undefined;
  /** Tokens requested by `max_tokens`, when reported. */
  readonly requestedTokens: number | undefined;

  constructor(message: string, options: ContextOverflowErrorOptions) {
    super(message, options);
    this.limit = options.limit;
    this.promptTokens = options.promptTokens;
    this.requestedTokens = options.requestedTokens;
  }
}
