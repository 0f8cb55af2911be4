// Owns `client.completions`, the legacy endpoint: asking, the chain, the stream. Types are in `completion-params.ts`.

import { isObject } from '../core/json.ts';
import type { CompletionChoice, CompletionParams, CompletionResponse } from './completion-params.ts';
import { COMPLETION_PARAMS } from './completion-params.ts';
import { CompletionStream } from './completion-stream.ts';
import type { Connection } from './connection.ts';
import { InvalidResponseError, MissingParameterError } from './errors.ts';
import type { RequestOptions } from './options.ts';
import { buildBody } from './request-body.ts';
import { sessionHeader } from './session-header.ts';
import { usageFrom } from './usage.ts';

type Streamed = CompletionParams & { readonly stream: true };
type Whole = CompletionParams & { readonly stream?: false };

export interface Completions {
  /** Begins a chain: `.model(…).prompt(…).send()`. */
  create(): CompletionRequestBuilder;
  /** Asks for a completion. Rejects with a VllmError, or with a MissingParameterError before anything is sent. */
  create(params: Streamed, options?: RequestOptions): Promise<CompletionStream>;
  create(params: Whole, options?: RequestOptions): Promise<CompletionResponse>;
  create(params: CompletionParams, options?: RequestOptions): Promise<CompletionResponse | CompletionStream>;
  /** Asks for events. Sends when it is iterated; every failure is the `error` event. */
  stream(params: CompletionParams, options?: RequestOptions): CompletionStream;
}

export function createCompletions(connection: Connection): Completions {
  const url = connection.route('completions');

  function stream(params: CompletionParams, options: RequestOptions = {}): CompletionStream {
    const body = bodyOf(params, true);
    const headers = sessionHeader(params);
    const settings = connection.settings(options);
    const send = () => connection.begin({ method: 'POST', url, body, isStreamed: true, options, settings, headers });
    return new CompletionStream(send, settings.maxEventChars);
  }

  async function send(params: CompletionParams, options: RequestOptions = {}): Promise<CompletionResponse> {
    const call = { method: 'POST', url, body: bodyOf(params, false), options, headers: sessionHeader(params) } as const;
    const { value, requestId } = await connection.fetchJson(call);
    return readCompletion(value, requestId);
  }

  function create(): CompletionRequestBuilder;
  function create(params: Streamed, options?: RequestOptions): Promise<CompletionStream>;
  function create(params: Whole, options?: RequestOptions): Promise<CompletionResponse>;
  function create(params: CompletionParams, options?: RequestOptions): Promise<CompletionResponse | CompletionStream>;
  function create(
    params?: CompletionParams,
    options?: RequestOptions,
  ): CompletionRequestBuilder | Promise<CompletionResponse | CompletionStream> {
    if (params === undefined) return new CompletionRequestBuilder({ send, stream });
    return params.stream === true ? openStream(params, options) : send(params, options);
  }

  async function openStream(params: CompletionParams, options?: RequestOptions): Promise<CompletionStream> {
    return await stream(params, options).open();
  }

  function bodyOf(params: CompletionParams, isStreamed: boolean): string {
    const { unknownParams } = connection;
    return buildBody(params, { required: ['model', 'prompt'], known: COMPLETION_PARAMS, unknownParams, isStreamed });
  }

  return { create, stream };
}

interface CompletionSenders {
  readonly send: (params: CompletionParams, options?: RequestOptions) => Promise<CompletionResponse>;
  readonly stream: (params: CompletionParams, options?: RequestOptions) => CompletionStream;
}

/** A completion request under construction. Immutable: every method returns a new one. */
export class CompletionRequestBuilder {
  readonly #senders: CompletionSenders;
  readonly #params: Partial<CompletionParams>;

  /** Made by `client.completions.create()`. */
  constructor(senders: CompletionSenders, params: Partial<CompletionParams> = {}) {
    this.#senders = senders;
    this.#params = params;
  }

  model(model: string): CompletionRequestBuilder {
    return this.#with({ model });
  }

  prompt(prompt: CompletionParams['prompt']): CompletionRequestBuilder {
    return this.#with({ prompt });
  }

  /** 0 to 2. */
  temperature(temperature: number): CompletionRequestBuilder {
    return this.#with({ temperature });
  }

  /** Tokens, at least 1. */
  maxTokens(maxTokens: number): CompletionRequestBuilder {
    return this.#with({ max_tokens: maxTokens });
  }

  topP(topP: number): CompletionRequestBuilder {
    return this.#with({ top_p: topP });
  }

  topK(topK: number): CompletionRequestBuilder {
    return this.#with({ top_k: topK });
  }

  stop(stop: string | readonly string[]): CompletionRequestBuilder {
    return this.#with({ stop });
  }

  stream(stream: boolean): CompletionRequestBuilder {
    return this.#with({ stream });
  }

  extra(extra: NonNullable<CompletionParams['extra']>): CompletionRequestBuilder {
    return this.#with({ extra: { ...this.#params.extra, ...extra } });
  }

  async send(options?: RequestOptions): Promise<CompletionResponse> {
    if (this.#params.stream === true) {
      const message = '`.stream(true)` and `.send()` contradict each other: use `.sendStream()`.';
      throw new MissingParameterError('stream', message, 'invalid_parameter');
    }
    return await this.#senders.send(this.#whole(), options);
  }

  async sendStream(options?: RequestOptions): Promise<CompletionStream> {
    return await this.#senders.stream(this.#whole(), options).open();
  }

  #with(change: Partial<CompletionParams>): CompletionRequestBuilder {
    return new CompletionRequestBuilder(this.#senders, { ...this.#params, ...change });
  }

  #whole(): CompletionParams {
    return this.#params as CompletionParams; // `buildBody` checks what is required
  }
}

function readCompletion(value: unknown, requestId: string): CompletionResponse {
  const list: unknown = isObject(value) ? value.choices : undefined;
  const [first, ...rest] = Array.isArray(list) ? list.filter(isObject).map(readChoice) : [];
  if (!isObject(value) || first === undefined) {
    const message =
      "The server's answer is not a completion: it has no `choices`. Does the base URL point to vLLM's /v1?";
    throw new InvalidResponseError(message, { code: 'invalid_response', requestId });
  }
  const { usage: rawUsage, ...fields } = value;
  const usage = usageFrom(rawUsage);
  return {
    ...fields,
    id: typeof value.id === 'string' ? value.id : '',
    object: typeof value.object === 'string' ? value.object : 'text_completion',
    created: typeof value.created === 'number' ? value.created : 0,
    model: typeof value.model === 'string' ? value.model : '',
    choices: [first, ...rest],
    ...(usage !== undefined && { usage }),
  };
}

function readChoice(value: Record<string, unknown>, at: number): CompletionChoice {
  const stop = value.stop_reason;
  return {
    ...value,
    index: typeof value.index === 'number' ? value.index : at,
    text: typeof value.text === 'string' ? value.text : '',
    finish_reason: typeof value.finish_reason === 'string' ? value.finish_reason : null,
    stop_reason: typeof stop === 'string' || typeof stop === 'number' ? stop : null,
  };
}
