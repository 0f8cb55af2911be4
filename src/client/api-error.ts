// Owns reading an error body of any known shape into an ApiError. When to read one is left to the transport and the stream.

import { isObject, parseJson } from '../core/json.ts';
import { isContextOverflow, readCounts } from './context-overflow.ts';
import type { ApiErrorOptions } from './errors.ts';
import { ApiError, ContextOverflowError } from './errors.ts';
import { retryAfterMs } from './retry.ts';

/** Longer server messages are cut: an overflow answer echoes the whole prompt. */
const MAX_MESSAGE_CHARS = 300;

interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text, up to a limit. */
  readonly text: string;
  readonly requestId: string | undefined;
  /** `POST http://host/v1/chat/completions`, for the message. */
  readonly target: string;
  /** The wall clock in milliseconds, for a `Retry-After` that is a date. */
  readonly nowMs: number;
}

/** Turns a non-2xx answer into an error that says what to do. */
export function apiErrorFromAnswer(answer: ErrorAnswer): ApiError {
  const body = parseJson(answer.text);
  const error = readErrorBody(body) ?? { message: plainText(answer), type: undefined, param: undefined };
  return buildApiError(error, {
    status: answer.status,
    headers: answer.headers,
    body: body ?? answer.text,
    requestId: answer.requestId,
    target: answer.target,
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], answer.nowMs),
  });
}

/** Turns an error frame inside a stream into an error; undefined when the frame is not an error. */
export function apiErrorFromFrame(frame: unknown, requestId: string | undefined): ApiError | undefined {
  if (!isObject(frame) || !isErrorFrame(frame)) return undefined;
  const error = readErrorBody(frame);
  return error === undefined ? undefined : errorOfStream(error, frame, requestId);
}

/** Turns an event that is an error by its name into one. Its data may be text. */
export function apiErrorFromEvent(data: unknown, requestId: string | undefined): ApiError {
  const text = typeof data === 'string' && data.trim() !== '' ? data : 'the server gave no message';
  const error = readErrorBody(data) ?? { message: text, type: undefined, param: undefined };
  return errorOfStream(error, data, requestId);
}

function isErrorFrame(frame: Record<string, unknown>): boolean {
  if (frame.error != null || frame.object === 'error') return true;
  // A gateway's own error. Chunks of an answer, and those that hold only its token counts, have other fields.
  const isChunk = frame.choices !== undefined || frame.usage != null || frame.id !== undefined;
  return !isChunk && (typeof frame.message === 'string' || frame.detail != null);
}

function errorOfStream(error: ErrorBody, body: unknown, requestId: string | undefined): ApiError {
  const status = error.status ?? 500;
  return buildApiError(error, {
    status,
    headers: {},
    body,
    requestId,
    target: 'the stream',
    retryAfterMs: undefined,
  });
}

interface ErrorBody {
  readonly message: string;
  readonly type: string | undefined;
  readonly param: string | undefined;
  readonly status?: number | undefined;
}

/** The shapes: `{error:{…}}`, `{error:"…"}`, `{object:"error",…}`, `{type:"error",error:{…}}`, `{detail:…}`, `{message:…}`. */
function readErrorBody(body: unknown): ErrorBody | undefined {
  if (!isObject(body)) return undefined;
  if (typeof body.error === 'string') return { message: body.error, type: undefined, param: undefined };
  const inner = isObject(body.error) ? body.error : body;
  if (typeof inner.message === 'string') {
    return {
      message: inner.message,
      type: typeof inner.type === 'string' ? inner.type : undefined,
      param: typeof inner.param === 'string' ? inner.param : undefined,
      status: readStatus(inner.code),
    };
  }
  if (typeof body.detail === 'string') return { message: body.detail, type: undefined, param: undefined };
  if (Array.isArray(body.detail)) return readDetails(body.detail);
  if (isObject(body.error)) return { message: 'the server gave no message', type: undefined, param: undefined };
  return undefined;
}

function readDetails(details: readonly unknown[]): ErrorBody {
  const entries = details.filter(isObject);
  const lines = entries.map((entry) => `${locationOf(entry)}${typeof entry.msg === 'string' ? entry.msg : 'invalid'}`);
  const first = entries[0];
  return { message: lines.join('; '), type: undefined, param: first === undefined ? undefined : lastOf(first.loc) };
}

function locationOf(entry: Record<string, unknown>): string {
  return Array.isArray(entry.loc) ? `${entry.loc.join('.')}: ` : '';
}

function lastOf(loc: unknown): string | undefined {
  const last: unknown = Array.isArray(loc) ? loc.at(-1) : undefined;
  return typeof last === 'string' ? last : undefined;
}

function readStatus(code: unknown): number | undefined {
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}

interface ErrorContext extends Omit<ApiErrorOptions, 'code' | 'retryable' | 'type' | 'param'> {
  readonly target: string;
}

function buildApiError(error: ErrorBody, context: ErrorContext): ApiError {
  const { target, ...rest } = context;
  const { code, remedy } = classify(error, context.status, target);
  const text = shorten(error.message);
  const message = `${target} answered ${context.status}: ${text}${remedy === '' ? '' : ` ${remedy}`}`;
  const options = { ...rest, code, type: error.type, param: error.param, retryable: isRetryableStatus(context.status) };
  if (code !== 'context_overflow') return new ApiError(message, options);
  return new ContextOverflowError(message, { ...options, ...readCounts(error.message) });
}

/** 408, 429, 500, 502, 503 and 504: the same request may work later. */
function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status === 500 || (status >= 502 && status <= 504);
}

function classify(error: ErrorBody, status: number, target: string): { code: string; remedy: string } {
  if (status === 400 || status === 413) return classifyBadRequest(error, status);
  if (status === 401) return { code: 'unauthorized', remedy: 'Check the API key (option `apiKey` or VLLM_API_KEY).' };
  if (status === 403) return { code: 'forbidden', remedy: 'This server or gateway does not allow the request.' };
  if (status === 404) return classifyNotFound(error, target);
  if (status === 408) return { code: 'server_timeout', remedy: '' };
  if (status === 422) return { code: 'bad_request', remedy: '' };
  if (status === 429) return { code: 'rate_limited', remedy: 'Wait, or lower the number of concurrent requests.' };
  if (status === 501) return { code: 'not_implemented', remedy: 'This server does not support it.' };
  if (status === 503)
    return { code: 'overloaded', remedy: 'The server has no capacity or no engine now: try again later.' };
  if (status >= 500) return { code: 'server_error', remedy: "Look for the request id in the server's log." };
  if (status >= 300 && status < 400)
    return { code: 'redirected', remedy: 'Redirects are not followed; set the final address as base URL.' };
  return { code: 'bad_request', remedy: '' };
}

function classifyBadRequest(error: ErrorBody, status: number): { code: string; remedy: string } {
  if (isContextOverflow(error.message)) {
    return {
      code: 'context_overflow',
      remedy: 'Shorten the messages or lower `max_tokens`; `tokenize()` counts a prompt.',
    };
  }
  if (/requires --(enable-auto-tool-choice|tool-call-parser)/.test(error.message)) {
    return {
      code: 'tool_parser_missing',
      remedy:
        'Start vLLM with `--enable-auto-tool-choice --tool-call-parser <name>`, or send `tool_choice: "none"` and read the calls from the text.',
    };
  }
  if (error.message.includes('session_id')) {
    return {
      code: 'bad_request',
      remedy: 'Not vLLM? With `session_id: null` in the `params` of a run it is not sent.',
    };
  }
  if (status === 413) return { code: 'bad_request', remedy: TOO_LARGE };
  return { code: 'bad_request', remedy: '' };
}

const TOO_LARGE = 'The request is larger than the server or a gateway takes: shorten the messages, or raise its limit.';

function classifyNotFound(error: ErrorBody, target: string): { code: string; remedy: string } {
  if (error.param === 'model' || /^The model /.test(error.message)) {
    return { code: 'model_not_found', remedy: '`models.list()` lists the models of this server.' };
  }
  const lacksV1 = !/\/v\d+\//.test(target);
  return {
    code: 'not_found',
    remedy: lacksV1 ? 'The base URL of a vLLM server ends in /v1.' : 'This server has no such route.',
  };
}

function shorten(message: string): string {
  const line = withoutEcho(message).trim().replace(/\s+/g, ' ');
  return line.length <= MAX_MESSAGE_CHARS ? line : `${line.slice(0, MAX_MESSAGE_CHARS)}… (${line.length} characters)`;
}

/**
 * Validation errors repeat the offending input and overflow errors repeat the whole prompt, as
 * `'input': …` and `value=…`. Neither belongs in a log; `body` still has it.
 */
function withoutEcho(message: string): string {
  return message
    .replace(/, 'input': .*?(?=, 'ctx': |\}(?:\n|$)|$)/gs, '')
    .replace(/\(parameter=([\w.]+), value=(?!-?[\d.]+\)$).*/s, (whole, parameter) =>
      whole.trimEnd().endsWith(')') ? `(parameter=${parameter})` : whole,
    );
}

/** Gateways answer in HTML or plain text: only plain text is worth repeating. */
function plainText(answer: ErrorAnswer): string {
  const text = answer.text.trim();
  if (text === '') return 'empty body.';
  return text.startsWith('<') ? `an HTML page of ${text.length} characters (a gateway's, not vLLM's).` : text;
}
