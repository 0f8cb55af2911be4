// Owns how connections are made: directly, over a Unix socket, or through a proxy named by the environment.
// What is sent over them is left to the transport.

import type { Dispatcher } from 'undici';
import { Agent, EnvHttpProxyAgent } from 'undici';

export interface ConnectionOptions {
  /** Until a connection stands, in milliseconds. Default 10 000; 0 waits as long as the system does. */
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
 * Makes the connection pool of a client. Whoever calls it closes it. Limits in time other than connecting
 * are kept by the transport, so undici's own are off.
 */
export function createDispatcher({ connectTimeoutMs, socketPath, env }: ConnectionOptions): Dispatcher {
  const connect = { timeout: connectTimeoutMs, ...(socketPath !== undefined && { socketPath }) };
  const options = { connect, headersTimeout: 0, bodyTimeout: 0 };
  const isProxied = socketPath === undefined && PROXY_VARIABLES.some((name) => env[name]);
  if (!isProxied) return new Agent(options);
  const noProxy = [...LOOPBACK, env.no_proxy ?? env.NO_PROXY ?? ''].join(',');
  // A plain HTTP request goes to the proxy as it is: many proxies refuse CONNECT to ports other than 443.
  return new EnvHttpProxyAgent({ ...options, noProxy: env.no_proxy === '*' ? '*' : noProxy, proxyTunnel: false });
}
