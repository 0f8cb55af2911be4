// Owns how connections are made: directly, over a Unix socket, or through a proxy from the environment.
// What is sent over them is left to the transport.

/// <reference path="./undici-agent.d.ts" />

import type { Agent, Dispatcher } from 'undici';
import { pacedReads } from './paced-reads.ts';
import type { RequestDispatcher } from './wire.ts';

interface ConnectionOptions {
  /** Until a connection is established, in milliseconds. Default 10 000; 0: the system's own limit. */
  readonly connectTimeoutMs: number;
  /** Path of a Unix socket (`vllm serve --uds`). The base URL still gives host header and path. */
  readonly socketPath: string | undefined;
  /** `http_proxy`, `https_proxy` and `no_proxy`, in either case. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** This machine is never reached through a proxy: a local vLLM should work wherever a company proxy is set. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'];

/**
 * The connection pool of a client. Whoever makes it closes it. undici is loaded with the first request: it takes as long to
 * load as all the rest, and a program that only defines agents does not need it.
 */
export class Pool implements RequestDispatcher {
  readonly #options: ConnectionOptions;
  #loaded: Dispatcher | undefined;
  #loading: Promise<Dispatcher> | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Loads undici; undefined once it is loaded. Await it before the time limits of a request start. */
  open(): Promise<unknown> | undefined {
    if (this.#loaded !== undefined) return undefined;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Call it after `open`. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#loaded === undefined) throw new Error('the pool was not opened');
    return this.#loaded.dispatch(options, handler);
  }

  /** Closes once the requests in flight are done, those that wait for undici included. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#loading)?.close();
  }

  async #load(): Promise<Dispatcher> {
    const wasClosed = this.#isClosed;
    const dispatcher = await createDispatcher(this.#options);
    // Closed before its first request: it refuses requests, as it does when it is closed later.
    if (wasClosed) await dispatcher.close();
    this.#loaded = dispatcher;
    return dispatcher;
  }
}

/** The transport enforces all time limits but that of connecting, so undici's own are off. */
async function createDispatcher({ connectTimeoutMs, socketPath, env }: ConnectionOptions): Promise<Dispatcher> {
  const connect = { timeout: connectTimeoutMs, onread: pacedReads(), ...(socketPath !== undefined && { socketPath }) };
  const options = { connect, headersTimeout: 0, bodyTimeout: 0 };
  const isProxied = socketPath === undefined && PROXY_VARIABLES.some((name) => env[name]);
  if (!isProxied) return new (await loadAgent())(options);
  const { EnvHttpProxyAgent } = await import('undici');
  const noProxy = [...LOOPBACK, env.no_proxy ?? env.NO_PROXY ?? ''].join(',');
  // A plain HTTP request goes to the proxy as it is: many proxies refuse CONNECT to ports other than 443.
  return new EnvHttpProxyAgent({ ...options, noProxy: env.no_proxy === '*' ? '*' : noProxy, proxyTunnel: false });
}

/** By its own file: the whole of undici, with fetch, caches and web sockets, takes three times as long and 9 MB more. */
async function loadAgent(): Promise<typeof Agent> {
  try {
    return (await import('undici/lib/dispatcher/agent.js')).default;
  } catch {
    // No release guarantees where its files are.
    return (await import('undici')).Agent;
  }
}
