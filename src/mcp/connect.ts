// Owns connecting to a server from its configuration: the choice of transport, and errors that say what went wrong. Keeping the
// connection is left to `server.ts`.

import { VllmError } from '../core/vllm-error.ts';
import type { ConnectLimit } from './connect-limit.ts';
import { untilAborted } from './connect-limit.ts';
import type { McpConnection, ServerCallbacks } from './connection.ts';
import { AnswerError, SignInRequired } from './connection-error.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { Peer } from './http-messages.ts';
import { screenedFetch, streamFetch } from './http-messages.ts';
import { inheritedVariables } from './inherited-environment.ts';
import { negotiate } from './negotiate.ts';
import type { Revision } from './revision.ts';
import type { HttpServerConfig, McpServerConfig, StdioServerConfig, TransportServerConfig } from './server-config.ts';
import type { SignIn, SignInSdk } from './sign-in.ts';
import { StdioTransport } from './stdio-transport.ts';
import type { Transport } from './transport.ts';

interface ConnectOptions {
  readonly name: string;
  /** With its placeholders filled in. */
  readonly config: McpServerConfig;
  readonly callbacks: ServerCallbacks;
  readonly version: string;
  /** Of this program; a part of it is passed on to a program that is started. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limit: ConnectLimit;
  readonly hasRoots: boolean;
  readonly canSample: boolean;
  readonly canAskUser: boolean;
  /** For a server at a URL that asks the user to sign in. */
  readonly signIn: SignIn | undefined;
}

/** Connects. Rejects with a VllmError that names the server, says why, and shows the last lines of its standard error. */
export async function connect(options: ConnectOptions): Promise<McpConnection> {
  const { config, name } = options;
  const protocol = 'url' in config && config.type === 'sse' ? '2025-11-25' : config.protocol;
  return await negotiate(name, protocol, async (chosen) => {
    const attempt = { ...options, ...chosen };
    if ('command' in config) return await connectStdio(attempt, config);
    return 'url' in config ? await connectHttp(attempt, config) : await connectGiven(attempt, config);
  });
}

interface Attempt extends ConnectOptions {
  readonly revision: Revision;
  readonly isLast: boolean;
}

/** The part of the time for the start after which a program that does not answer is taken for an older one, while there is time for that. */
const PROBE_SHARE = 1 / 3;

async function connectStdio(options: Attempt, config: StdioServerConfig): Promise<McpConnection> {
  const transport = new StdioTransport(config, inheritedVariables(options.env));
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

async function connectGiven(options: Attempt, config: TransportServerConfig): Promise<McpConnection> {
  try {
    // The configuration's type names only a part of a transport.
    const transport = await untilAborted(Promise.resolve(config.transport()), options.limit.signal);
    return await connectOver(options, () => transport as unknown as Transport);
  } catch (cause) {
    throw failed(options.name, `connecting failed: ${reasonOf(cause)}`, cause);
  }
}

async function connectHttp(options: Attempt, config: HttpServerConfig): Promise<McpConnection> {
  if (config.type === 'sse') return await connectAt(options, config, 'sse');
  try {
    return await connectAt(options, config, 'http');
  } catch (error) {
    // A server that is older than Streamable HTTP refuses the first request with one of these.
    const status = statusOf(error instanceof VllmError ? error.cause : error);
    const mayBeOld = config.type === undefined && options.revision.sseTransport !== undefined;
    if (!mayBeOld || (status !== 404 && status !== 405 && status !== 400)) throw error;
    try {
      return await connectAt(options, config, 'sse');
    } catch {
      // The reason of the first attempt is the better one.
      throw error;
    }
  }
}

async function connectAt(options: Attempt, config: HttpServerConfig, kind: 'http' | 'sse'): Promise<McpConnection> {
  const { signIn, name, limit, revision } = options;
  const url = new URL(config.url);
  const build = (peer: Peer): Transport => transportFor(config, kind, { options, peer });
  try {
    const connection = await signedIn(
      () => connectOver(options, build),
      signIn,
      (ask) => limit.pause(() => ask.finish(revision.signIn, limit.signal)),
    );
    return signIn === undefined ? connection : withSignIn(connection, signIn, revision.signIn);
  } catch (cause) {
    if (cause instanceof VllmError) throw cause;
    const isUnauthorized = cause instanceof SignInRequired || statusOf(cause) === 401;
    const hint = isUnauthorized ? 'it requires a key (`headers`) or a sign-in (`auth`): ' : '';
    throw failed(name, `connecting to ${url.origin} failed: ${hint}${reasonOf(cause)}`, cause);
  }
}

/** Sign-ins for one request: the first, and one for a permission that the request turns out to need. */
const MAX_SIGN_INS = 2;

async function signedIn<T>(
  request: () => Promise<T>,
  signIn: SignIn | undefined,
  ask: (signIn: SignIn) => Promise<void>,
): Promise<T> {
  for (let done = 0; ; done++) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof SignInRequired) || signIn === undefined || done >= MAX_SIGN_INS) throw error;
      await ask(signIn);
    }
  }
}

/** A server may ask for a sign-in, or for more permissions, on any request. */
function withSignIn(connection: McpConnection, signIn: SignIn, sdk: SignInSdk): McpConnection {
  const within = <T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> =>
    signedIn(request, signIn, () => signIn.finish(sdk, signal));
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
  readonly options: Attempt;
  readonly peer: Peer;
}

function transportFor(config: HttpServerConfig, kind: 'http' | 'sse', { options, peer }: Building): Transport {
  const { signIn, limit, revision } = options;
  const url = new URL(config.url);
  const guarded = guardedFetch(url, limit);
  const shared = {
    requestInit: { headers: { ...config.headers } },
    fetch: kind === 'http' ? screenedFetch(guarded, peer) : streamFetch(guarded, peer),
    ...(signIn !== undefined && { authProvider: signIn.provider(revision.signIn) }),
  };
  const create = kind === 'sse' ? revision.sseTransport : undefined;
  return (create ?? revision.httpTransport)(url, shared);
}

async function connectOver(options: Attempt, createTransport: (peer: Peer) => Transport): Promise<McpConnection> {
  const { callbacks, version, hasRoots, canSample, canAskUser, limit } = options;
  return await options.revision.open({
    createTransport,
    isHttp: 'url' in options.config,
    callbacks,
    version,
    signal: limit.signal,
    ...(!options.isLast && { probeMs: limit.timeoutMs * PROBE_SHARE }),
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
