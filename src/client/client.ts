// Owns `VllmClient`, the entry point. What each member does is left to the endpoint's own file.

import { checkBaseUrl } from './base-url.ts';
import type { Chat } from './chat.ts';
import { createChat } from './chat.ts';
import type { Completions } from './completions.ts';
import { createCompletions } from './completions.ts';
import { Connection } from './connection.ts';
import type { Embeddings } from './embeddings.ts';
import { createEmbeddings } from './embeddings.ts';
import { checkApiKey } from './header-values.ts';
import type { ClientOptions, ClientOptionsWithUrl } from './options.ts';
import { checkClientOptions, DEFAULT_BASE_URL } from './options.ts';
import type { Rerank } from './rerank.ts';
import { createRerank } from './rerank.ts';
import type { ServerEndpoints } from './server.ts';
import { createServerEndpoints } from './server.ts';
import type { ClientWarning } from './unknown-params.ts';

/**
 * A client of one vLLM server, or of a router in front of many. Immutable and safe to share between any number of
 * concurrent requests. `close()` is optional: idle connections do not keep the process alive.
 */
export class VllmClient {
  readonly chat: Chat;
  /** The legacy completions endpoint. */
  readonly completions: Completions;
  /** Texts to vectors, by an embedding model. */
  readonly embeddings: Embeddings;
  /** Documents in order of relevance, by a reranking model. */
  readonly rerank: Rerank;
  readonly models: ServerEndpoints['models'];
  readonly tokenize: ServerEndpoints['tokenize'];
  readonly detokenize: ServerEndpoints['detokenize'];
  readonly health: ServerEndpoints['health'];
  readonly version: ServerEndpoints['version'];
  readonly load: ServerEndpoints['load'];
  readonly metrics: ServerEndpoints['metrics'];
  readonly #connection: Connection;
  readonly #options: ClientOptions;

  /**
   * `baseUrl` is the server's address with its `/v1`; default: the environment's `VLLM_BASE_URL`, else
   * `http://localhost:8000/v1`. Also takes one object, spelled as other clients do: `{ baseURL, apiKey, … }`.
   * Throws a MissingParameterError when the address, the key or an option is not valid.
   */
  constructor(baseUrl?: string, options?: ClientOptions);
  constructor(options: ClientOptionsWithUrl);
  constructor(first?: string | ClientOptionsWithUrl, second: ClientOptions = {}) {
    const given = typeof first === 'object' && first !== null ? first : { ...second, baseURL: first };
    checkClientOptions(given);
    const { baseURL, ...options } = given;
    const { env } = process;
    const named =
      baseURL === undefined && env.VLLM_BASE_URL ? checkBaseUrl(env.VLLM_BASE_URL, 'VLLM_BASE_URL') : baseURL;
    const apiKey =
      options.apiKey === undefined ? checkApiKey(env.VLLM_API_KEY, 'VLLM_API_KEY') : checkApiKey(options.apiKey);
    this.#options = { ...options, apiKey };
    const connected = { ...this.#options, onWarning: options.onWarning ?? emitWarning };
    this.#connection = new Connection(checkBaseUrl(named === undefined ? DEFAULT_BASE_URL : named), connected, env);
    this.chat = createChat(this.#connection);
    this.completions = createCompletions(this.#connection);
    this.embeddings = createEmbeddings(this.#connection);
    this.rerank = createRerank(this.#connection);
    const server = createServerEndpoints(this.#connection);
    this.models = server.models;
    this.tokenize = server.tokenize;
    this.detokenize = server.detokenize;
    this.health = server.health;
    this.version = server.version;
    this.load = server.load;
    this.metrics = server.metrics;
  }

  /** Without a slash at the end. */
  get baseUrl(): string {
    return this.#connection.baseUrl;
  }

  /** The key that is sent. A getter, so that printing the client does not print it. */
  get apiKey(): string | undefined {
    return this.#options.apiKey;
  }

  /** A copy that sends this key, otherwise the same. */
  withApiKey(apiKey: string): VllmClient {
    return this.#copy({ apiKey });
  }

  /** A copy with this `timeoutMs`, otherwise the same: for whole answers until the last byte, for streams until the first. */
  withTimeout(timeoutMs: number): VllmClient {
    return this.#copy({ timeoutMs });
  }

  /** Closes the connections once the requests in flight are done, those of copies included. Leaves a `dispatcher` of yours open. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Copies use the connections of the client that they were made from. */
  #copy(change: Pick<ClientOptions, 'apiKey' | 'timeoutMs'>): VllmClient {
    return new VllmClient(this.baseUrl, { ...this.#options, dispatcher: this.#connection.dispatcher, ...change });
  }
}

/** Names that this process has warned about, whichever client sent them: a service may make a client for each of its users. */
const emitted = new Set<string>();

/** Bounds what is remembered; further names are not reported. */
const MAX_EMITTED = 100;

/** What happens with warnings that nobody asked for: Node prints them to standard error, and `process.on('warning')` hears them. */
function emitWarning({ code, parameter, message }: ClientWarning): void {
  if (emitted.has(parameter) || emitted.size >= MAX_EMITTED) return;
  emitted.add(parameter);
  process.emitWarning(message, { type: 'VllmWarning', code });
}
