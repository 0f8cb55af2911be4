// Owns where a client's requests go and with which settings. One exchange is left to the transport, its content to the endpoints.

import { Deadline } from './deadline.ts';
import { ParseError } from './errors.ts';
import { checkHeaders } from './header-values.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { ClientOptions, RequestOptions, Settings } from './options.ts';
import { checkRequestOptions, DEFAULT_SETTINGS, resolveSettings } from './options.ts';
import { Pool } from './pool.ts';
import type { PendingAnswer } from './transport.ts';
import { sendRequest } from './transport.ts';
import type { UnknownParams } from './unknown-params.ts';
import { createUnknownParams } from './unknown-params.ts';
import type { RequestDispatcher } from './wire.ts';

/** One HTTP call of an endpoint. */
interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body?: string;
  readonly isStreamed?: boolean;
  readonly options: RequestOptions;
  /** Those of `options`, where they are known already. */
  readonly settings?: Settings;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The options of a client, with somebody to hear its warnings. */
type ConnectionOptions = ClientOptions & Required<Pick<ClientOptions, 'onWarning'>>;

const STREAM_HEADERS = { accept: 'text/event-stream', 'user-agent': 'vllm-agents' };
const JSON_HEADERS = { accept: 'application/json', 'user-agent': 'vllm-agents' };
const BODY = { 'content-type': 'application/json' };

export class Connection {
  readonly baseUrl: string;
  readonly dispatcher: RequestDispatcher;
  readonly unknownParams: UnknownParams;
  readonly #options: ConnectionOptions;
  readonly #settings: Settings;
  readonly #routes = new Map<string, URL>();

  /** Address and key are checked already. `env` is for the names of proxies. */
  constructor(baseUrl: string, options: ConnectionOptions, env: Readonly<Record<string, string | undefined>>) {
    this.baseUrl = baseUrl;
    this.#options = options;
    if (options.headers !== undefined) checkHeaders(options.headers);
    const { apiKey, socketPath } = options;
    const auth = apiKey === undefined || apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
    this.#settings = resolveSettings({ ...DEFAULT_SETTINGS, headers: auth }, options);
    const { connectTimeoutMs } = this.#settings;
    this.dispatcher = options.dispatcher ?? new Pool({ connectTimeoutMs, socketPath, env });
    this.unknownParams = createUnknownParams(options.onWarning);
  }

  /** The address of a route below the base URL, such as `chat/completions`. */
  route(path: string): URL {
    return this.#parsed(`${this.baseUrl}/${path}`);
  }

  /** The address of a route of the server itself, such as `health`, which vLLM keeps beside `/v1`. */
  serverRoute(path: string): URL {
    return this.#parsed(`${this.baseUrl.replace(/\/v\d+$/, '')}/${path}`);
  }

  /** There are few routes, and each is parsed once. */
  #parsed(address: string): URL {
    const known = this.#routes.get(address) ?? new URL(address);
    this.#routes.set(address, known);
    return known;
  }

  settings(options: RequestOptions): Settings {
    checkRequestOptions(options);
    if (options.headers !== undefined) checkHeaders(options.headers);
    return resolveSettings(this.#settings, options);
  }

  /** Sends a call that can be cancelled without an AbortSignal of the caller. */
  begin(call: HttpCall): PendingAnswer {
    const { method, url, body, isStreamed = false, options, headers } = call;
    const { dispatcher } = this;
    const settings = call.settings ?? this.settings(options);
    const deadline = new Deadline(options.signal);
    const answer = sendRequest(
      { method, url, body, isStreamed },
      {
        settings,
        dispatcher,
        // A copy of a client has the pool of the first as its dispatcher.
        loading: dispatcher instanceof Pool ? dispatcher.open() : undefined,
        headers: Object.assign(
          {},
          isStreamed ? STREAM_HEADERS : JSON_HEADERS,
          body === undefined ? undefined : BODY,
          headers,
          settings.headers,
        ),
        onRetry: this.#options.onRetry,
        random: this.#options.random ?? Math.random,
        deadline,
      },
    );
    return { answer, cancel: () => deadline.cancel() };
  }

  send(call: HttpCall): Promise<HttpAnswer> {
    return this.begin(call).answer;
  }

  /** Sends and reads a whole JSON answer. */
  async fetchJson(call: HttpCall): Promise<{ readonly value: unknown; readonly requestId: string }> {
    const answer = await this.send(call);
    const text = await answer.text();
    try {
      return { value: JSON.parse(text), requestId: answer.requestId };
    } catch (cause) {
      const type = answer.headers['content-type'] ?? 'no content type';
      const message = `The answer of ${call.url.href} is not JSON (${type}): a gateway's page? Check the base URL.`;
      throw new ParseError(message, { code: 'not_json', requestId: answer.requestId, cause, excerpt: text });
    }
  }

  /** Closes the connections once the requests in flight are done, unless the dispatcher is the caller's. */
  async close(): Promise<void> {
    const isOwn = this.#options.dispatcher === undefined;
    if (isOwn && this.dispatcher instanceof Pool) await this.dispatcher.close();
  }
}
