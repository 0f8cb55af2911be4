// Owns one mounted server: connected when it is first needed, shared by the runs that use it, connected again when it was lost,
// closed with its last user. How a connection is made is left to `connect.ts`.

import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { Tool } from '../tool/tool.ts';
import { ToolRetry } from '../tool/tool.ts';
import type { InputAnswer, OpenProvider, ProviderHost, SampleAnswer, ToolProvider } from '../tool/tool-provider.ts';
import type { HostHandlers, Listed, McpConnection } from './connection.ts';
import type { Surroundings } from './expand.ts';
import { expandConfig } from './expand.ts';
import { reason, wait } from './loss.ts';
import type { CallServerTool, ReadTools } from './read-tools.ts';
import { readTools } from './read-tools.ts';
import { createResourceTools } from './resource-tools.ts';
import { sampleRequest } from './sampling.ts';
import { createServerCall } from './server-call.ts';
import type { McpServerConfig } from './server-config.ts';
import { checkServerConfig } from './server-config.ts';
import type { SignIn, SignInOptions } from './sign-in.ts';

/** Tries to come back after a loss, and the wait before each but the first. */
const MAX_RECONNECTS = 5;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;

/** Of what a server says of itself. */
const MAX_INSTRUCTIONS_CHARS = 4000;

export interface ServerOptions {
  readonly surroundings: () => Surroundings;
  /** Where tokens are kept, and how a person is sent to sign in. */
  readonly signIn?: SignInOptions;
}

/** A server, with what it has beside tools. */
export interface McpServer extends ToolProvider {
  /** Connects if need be. Rejects with a VllmError. */
  readonly connection: () => Promise<McpConnection>;
  /** Ends it, whoever uses it. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Makes a mounted server. Throws a DefinitionError for a wrong configuration; starts nothing yet. */
export function createServer(name: string, given: McpServerConfig, options: ServerOptions): McpServer {
  return new MountedServer(name, checkServerConfig(name, given), options);
}

class MountedServer implements McpServer {
  readonly name: string;
  readonly #config: McpServerConfig;
  readonly #options: ServerOptions;
  /** Who uses it now; the last one answers what the server asks. */
  readonly #hosts: ProviderHost[] = [];
  #connecting: Promise<McpConnection> | undefined;
  #isLost = false;
  #listed: ReadTools = { tools: [], hashes: new Map(), dropped: [] };
  #relisting: Promise<void> | undefined;
  #isStale = false;

  constructor(name: string, config: McpServerConfig, options: ServerOptions) {
    this.name = name;
    this.#config = config;
    this.#options = options;
  }

  get isRequired(): boolean {
    return this.#config.required ?? false;
  }

  async open(host: ProviderHost): Promise<OpenProvider> {
    this.#hosts.push(host);
    try {
      const { info } = await this.connection();
      this.#tellDropped(host);
      const says = this.#config.instructions === false ? '' : info.instructions.trim().slice(0, MAX_INSTRUCTIONS_CHARS);
      return { tools: () => this.#currentTools(), instructions: says, close: () => this.#leave(host) };
    } catch (error) {
      await this.#leave(host);
      throw error;
    }
  }

  connection(): Promise<McpConnection> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    this.#isLost = false;
    const connection = await connecting?.catch(() => undefined);
    await connection?.close();
  }

  async #leave(host: ProviderHost): Promise<void> {
    const at = this.#hosts.indexOf(host);
    if (at >= 0) this.#hosts.splice(at, 1);
    if (this.#hosts.length === 0) await this.close();
  }

  async #connect(): Promise<McpConnection> {
    try {
      const config = expandConfig(this.name, this.#config, this.#options.surroundings());
      const { connect } = await loadConnect();
      const connection = await connect({
        name: this.name,
        config,
        handlers: this.#handlers(config),
        version: this.#options.surroundings().version,
        hasRoots: (config.roots ?? []).length > 0,
        canSample: this.#hosts.some(({ sample }) => sample !== undefined),
        canAskUser: this.#hosts.some(({ askUser }) => askUser !== undefined),
        signIn: await this.#signIn(config),
      });
      await this.#list(connection).catch(async (error: unknown) => {
        await connection.close();
        throw new VllmError(`MCP server \`${this.name}\`: its tools could not be listed: ${reason(error)}`, {
          code: 'mcp_connect',
          cause: error,
          retryable: true,
        });
      });
      return connection;
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  async #signIn(config: McpServerConfig): Promise<SignIn | undefined> {
    const { signIn } = this.#options;
    if (!('url' in config) || signIn === undefined || config.auth?.type === 'none') return undefined;
    const { createSignIn } = await import('./oauth.ts');
    return await createSignIn(this.name, config, signIn);
  }

  #handlers(config: McpServerConfig): HostHandlers {
    return {
      roots: () => (config.roots ?? []).map(rootUri),
      askUser: (request, signal) => this.#askUser(request, signal),
      sample: (params, signal) => this.#sample(params, signal),
      onLog: (level, text) => {
        if (!QUIET_LEVELS.has(level)) this.#warn('mcp_log', `${level}: ${text.slice(0, MAX_LOG_CHARS)}`);
      },
      onToolsChanged: () => {
        this.#isStale = true;
        this.#relist();
      },
      onResourceUpdated: () => {
        // Nobody keeps a copy: a resource is read when it is wanted.
      },
      onLost: () => {
        this.#connecting = undefined;
        this.#isLost = true;
        this.#warn('mcp_lost', 'the connection was lost; it is made again with the next call.');
      },
    };
  }

  #askUser(request: Parameters<HostHandlers['askUser']>[0], signal: AbortSignal): Promise<InputAnswer> {
    const host = this.#hosts.findLast(({ askUser }) => askUser !== undefined);
    return host?.askUser?.({ ...request, provider: this.name }, signal) ?? Promise.resolve({ action: 'decline' });
  }

  async #sample(params: JsonObject, signal: AbortSignal): Promise<SampleAnswer> {
    const host = this.#hosts.findLast(({ sample }) => sample !== undefined);
    if (host?.sample === undefined) throw new Error('There is no model to ask at the moment.');
    return await host.sample(sampleRequest(this.name, params), signal);
  }

  #warn(code: string, message: string): void {
    for (const host of this.#hosts) host.warn({ code, message: `MCP server \`${this.name}\`: ${message}` });
  }

  async #list(connection: McpConnection): Promise<void> {
    this.#isStale = false;
    const { tools: listed, cut } = await listTools(connection);
    const call = this.#caller();
    const before = this.#listed;
    const read = readTools(listed, { server: this.name, config: this.#config, call });
    const more = this.#config.resourceTools === true && connection.info.hasResources ? this.#resourceTools() : [];
    this.#listed = { ...read, tools: [...read.tools, ...more] };
    if (cut !== undefined) this.#warn('mcp_list_cut', `its list of tools is cut: ${cut}.`);
    for (const [name, hash] of this.#listed.hashes) {
      const known = before.hashes.get(name);
      if (known !== undefined && known !== hash)
        this.#warn('mcp_tool_changed', `\`${name}\` describes itself otherwise than before.`);
    }
  }

  /** The list changed: the next turn is to have the new one. Notices that come meanwhile make one more list, not many. */
  #relist(): void {
    if (this.#relisting !== undefined) return;
    this.#relisting = (async () => {
      // Of what is connected: a list that comes with the end must not start the server again.
      for (let now = this.#connecting; this.#isStale && now !== undefined; now = this.#connecting) {
        await this.#list(await now);
      }
      for (const host of this.#hosts) this.#tellDropped(host);
    })()
      .catch((error: unknown) =>
        this.#warn('mcp_list_failed', `its new list of tools could not be read: ${reason(error)}`),
      )
      .finally(() => {
        this.#relisting = undefined;
      });
  }

  #resourceTools(): readonly Tool[] {
    return createResourceTools(this.name, (signal) => this.#connected(signal));
  }

  #currentTools(): readonly Tool[] {
    return this.#listed.tools;
  }

  #tellDropped(host: ProviderHost): void {
    for (const what of this.#listed.dropped) {
      host.warn({ code: 'mcp_tool_dropped', message: `MCP server \`${this.name}\`: a tool is left out. ${what}` });
    }
  }

  #caller(): CallServerTool {
    return createServerCall({
      name: this.name,
      config: this.#config,
      connected: (signal) => this.#connected(signal),
      drop: (connection) => this.#drop(connection),
      warn: (code, message) => this.#warn(code, message),
    });
  }

  /** The connection, made again when it was lost, with growing waits. Rejects with a ToolRetry that says what the model can do. */
  async #connected(signal: AbortSignal): Promise<McpConnection> {
    if (!this.#isLost) {
      const current = this.#connecting;
      if (current !== undefined) return await current;
    }
    let last: unknown;
    for (let attempt = 0; attempt < MAX_RECONNECTS; attempt++) {
      signal.throwIfAborted();
      if (attempt > 0) await wait(Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS), signal);
      try {
        const connection = await this.connection();
        this.#isLost = false;
        return connection;
      } catch (error) {
        signal.throwIfAborted();
        last = error;
      }
    }
    throw new ToolRetry(
      `The server \`${this.name}\` is not there, also after ${MAX_RECONNECTS} tries: ${reason(last)}`,
    );
  }

  async #drop(connection: McpConnection): Promise<void> {
    if ((await this.#connecting?.catch(() => undefined)) === connection) this.#connecting = undefined;
    this.#isLost = true;
    await connection.close();
  }
}

/** All of the list within its time. The SDK never takes its listener off the signal, so that one with a timer of its own would keep the connection. */
async function listTools(connection: McpConnection): Promise<Listed> {
  if (!connection.info.hasTools) return { tools: [], cut: undefined };
  const limit = new AbortController();
  const late = new Error(`the list was not complete within ${LIST_TIMEOUT_MS} ms`);
  const timer = setTimeout(() => limit.abort(late), LIST_TIMEOUT_MS);
  try {
    return await connection.listTools(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

function rootUri(root: string): string {
  return root.startsWith('file://') ? root : pathToFileURL(root).href;
}

const LIST_TIMEOUT_MS = 30_000;
const MAX_LOG_CHARS = 1000;
const QUIET_LEVELS = new Set(['debug', 'info', 'notice']);

/** Whether a value is a mounted server. */
export function isServer(value: ToolProvider): value is McpServer {
  return isObject(value) && 'connection' in value;
}

/** Loaded with the first server: a program without servers needs none of it, and may be installed without the SDK. */
async function loadConnect(): Promise<typeof import('./connect.ts')> {
  try {
    return await import('./connect.ts');
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message =
      'MCP servers need the package @modelcontextprotocol/sdk, which this installation left out: ' +
      'npm install @modelcontextprotocol/sdk';
    throw new VllmError(message, { code: 'mcp_sdk_missing', cause });
  }
}
