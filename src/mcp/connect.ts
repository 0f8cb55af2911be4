// Owns connecting to a server from its configuration: the choice of transport, and errors that say what went wrong. Keeping the
// connection is left to `server.ts`.

import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { VllmError } from '../core/vllm-error.ts';
import type { ConnectLimit } from './connect-limit.ts';
import { untilAborted } from './connect-limit.ts';
import type { McpConnection, ServerCallbacks } from './connection.ts';
import { AnswerError } from './connection-error.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { Peer } from './http-messages.ts';
import { screenedFetch, streamFetch } from './http-messages.ts';
import { connectSdk } from './sdk-connection.ts';
import type { HttpServerConfig, McpServerConfig, StdioServerConfig, TransportServerConfig } from './server-config.ts';
import type { SignIn } from './sign-in.ts';
import { StdioTransport } from './stdio-transport.ts';

interface ConnectOptions {
  readonly name: string;
  /** With its placeholders filled in. */
  readonly config: McpServerConfig;
  readonly callbacks: ServerCallbacks;
  readonly version: string;
  readonly limit: ConnectLimit;
  readonly hasRoots: boolean;
  readonly canSample: boolean;
  readonly canAskUser: boolean;
  /** For a server at a URL that asks the user to sign in. */
  readonly signIn: SignIn | undefined;
}

/** Connects. Rejects with a VllmError that names the server, says why, and shows the last lines of its standard error. */
export async function connect(options: ConnectOptions): Promise<McpConnection> {
  const { config } = options;
  if ('command' in config) return await connectStdio(options, config);
  return 'url' in config ? await connectHttp(options, config) : await connectGiven(options, config);
}

async function connectStdio(options: ConnectOptions, config: StdioServerConfig): Promise<McpConnection> {
  const transport = new StdioTransport(config);
  try {
    return await connectOver(options, () => transport);
  } catch (cause) {
    // How the process ended says more than the closed connection does.
    const { exit, lastLines, noise } = transport;
    const what = exit === '' ? whatFailed(transport, cause) : exit;
    const wrote = noise === '' ? '' : `${NOISE}\n${noise}`;
    const rest = [wrote, lastLines].filter((part) => part !== '').join('\n');
    const end = rest === '' ? '.' : `:\n${rest}`;
    throw failed(options.name, `\`${config.command}\` ${what.replace(/\.$/, '')}${end}`, cause);
  }
}

const NOISE = 'It wrote to its output, which is for messages alone, each on one line:';

function whatFailed({ hasStarted }: StdioTransport, cause: unknown): string {
  if (cause instanceof AnswerError) return reasonOf(cause);
  return `${hasStarted ? 'is not usable' : 'did not start'}: ${reasonOf(cause)}`;
}

async function connectGiven(options: ConnectOptions, config: TransportServerConfig): Promise<McpConnection> {
  try {
    // The configuration's type names only a part of the SDK's own.
    const transport = await untilAborted(Promise.resolve(config.transport()), options.limit.signal);
    return await connectOver(options, () => transport as unknown as Transport);
  } catch (cause) {
    throw failed(options.name, `connecting failed: ${reasonOf(cause)}`, cause);
  }
}

async function connectHttp(options: ConnectOptions, config: HttpServerConfig): Promise<McpConnection> {
  if (config.type === 'sse') return await connectAt(options, config, 'sse');
  try {
    return await connectAt(options, config, 'http');
  } catch (error) {
    // A server that is older than Streamable HTTP refuses the first request with one of these.
    const status = statusOf(error instanceof VllmError ? error.cause : error);
    const isOld = config.type === undefined && (status === 404 || status === 405 || status === 400);
    if (!isOld) throw error;
    try {
      return await connectAt(options, config, 'sse');
    } catch {
      // The reason of the first attempt is the better one.
      throw error;
    }
  }
}

async function connectAt(
  options: ConnectOptions,
  config: HttpServerConfig,
  kind: 'http' | 'sse',
): Promise<McpConnection> {
  const { signIn, name, limit } = options;
  const url = new URL(config.url);
  const build = (peer: Peer): Transport => transportFor(config, kind, { options, peer });
  try {
    const connection = await signedIn(
      () => connectOver(options, build),
      signIn,
      (ask) => limit.pause(() => ask(limit.signal)),
    );
    return signIn === undefined ? connection : withSignIn(connection, signIn);
  } catch (cause) {
    if (cause instanceof VllmError) throw cause;
    const isUnauthorized = cause instanceof UnauthorizedError || statusOf(cause) === 401;
    const hint = isUnauthorized ? 'it requires a key (`headers`) or a sign-in (`auth`): ' : '';
    throw failed(name, `connecting to ${url.origin} failed: ${hint}${reasonOf(cause)}`, cause);
  }
}

/** Sign-ins for one request: the first, and one for a permission that the request turns out to need. */
const MAX_SIGN_INS = 2;

async function signedIn<T>(
  request: () => Promise<T>,
  signIn: SignIn | undefined,
  ask: (finish: SignIn['finish']) => Promise<void>,
): Promise<T> {
  for (let done = 0; ; done++) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || signIn === undefined || done >= MAX_SIGN_INS) throw error;
      await ask(signIn.finish);
    }
  }
}

/** A server may ask for a sign-in, or for more permissions, on any request. */
function withSignIn(connection: McpConnection, signIn: SignIn): McpConnection {
  const within = <T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> =>
    signedIn(request, signIn, (finish) => finish(signal));
  return {
    ...connection,
    listTools: (signal) => within(signal, () => connection.listTools(signal)),
    callTool: (name, args, options) => within(options.signal, () => connection.callTool(name, args, options)),
    listResources: (signal) => within(signal, () => connection.listResources(signal)),
    readResource: (uri, signal) => within(signal, () => connection.readResource(uri, signal)),
    listPrompts: (signal) => within(signal, () => connection.listPrompts(signal)),
    getPrompt: (name, args, signal) => within(signal, () => connection.getPrompt(name, args, signal)),
  };
}

interface Building {
  readonly options: ConnectOptions;
  readonly peer: Peer;
}

function transportFor(config: HttpServerConfig, kind: 'http' | 'sse', { options, peer }: Building): Transport {
  const { signIn, limit } = options;
  const url = new URL(config.url);
  const guarded = guardedFetch(url, limit);
  const shared = {
    requestInit: { headers: { ...config.headers } },
    fetch: kind === 'http' ? screenedFetch(guarded, peer) : streamFetch(guarded, peer),
    ...(signIn !== undefined && { authProvider: signIn.provider }),
  };
  return kind === 'http' ? new StreamableHTTPClientTransport(url, shared) : new SSEClientTransport(url, shared);
}

async function connectOver(
  options: ConnectOptions,
  createTransport: (peer: Peer) => Transport,
): Promise<McpConnection> {
  const { callbacks, version, hasRoots, canSample, canAskUser, limit } = options;
  return await connectSdk({
    createTransport,
    isHttp: 'url' in options.config,
    callbacks,
    version,
    signal: limit.signal,
    hasRoots,
    canSample,
    canAskUser,
  });
}

function failed(name: string, message: string, cause: unknown): VllmError {
  return new VllmError(`MCP server \`${name}\`: ${message}`, { code: 'mcp_connect', cause, retryable: true });
}

/** The innermost reason, which is the informative one. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error && /fetch failed/.test(error.message)) return reasonOf(error.cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (error.message || code || error.name).replace(/^MCP error -?\d+: /, '').slice(0, MAX_REASON_CHARS);
}

const MAX_REASON_CHARS = 300;

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
