// Owns one mounted server: connected when it is first needed, shared by the runs that use it, connected again after a loss, closed with
// its last user. How a connection is made is left to `connect.ts`, what it lists to `tool-list.ts`.

import { pathToFileURL } from 'node:url';
import { isObject } from '../core/json.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { Tool } from '../tool/tool.ts';
import { ToolRetry } from '../tool/tool.ts';
import type { OpenProvider, ProviderContext, ToolProvider } from '../tool/tool-provider.ts';
import { AskedInputs } from './asked-inputs.ts';
import { Callers } from './callers.ts';
import type { ConnectLimit } from './connect-limit.ts';
import { startConnectLimit, TooLate, untilAborted } from './connect-limit.ts';
import type { McpConnection, ServerCallbacks } from './connection.ts';
import type { Surroundings } from './expand.ts';
import { expandConfig } from './expand.ts';
import { reason, wait, wellFormed } from './loss.ts';
import { Questions } from './questions.ts';
import { createResourceTools } from './resource-tools.ts';
import { createServerCall } from './server-call.ts';
import type { McpServerConfig } from './server-config.ts';
import { checkServerConfig } from './server-config.ts';
import type { SignIn, SignInOptions } from './sign-in.ts';
import { ToolList } from './tool-list.ts';

/** Attempts to connect again after a loss, and the wait before the second, which doubles for each further one. */
const MAX_RECONNECTS = 5;
const FIRST_WAIT_MS = 250;

const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;

/** Of the server's own description of itself. */
const MAX_INSTRUCTIONS_CHARS = 4000;
const MAX_LOG_CHARS = 1000;
/** Of one connection: all of them are in the result of the run. */
const MAX_LOGS = 50;
const MORE_LOGS = `it reported more than ${MAX_LOGS} warnings and errors; the rest is left out.`;
const QUIET_LEVELS = new Set(['debug', 'info', 'notice']);

/** What a server takes from the process around it: read anew each time that it is started, and not before. */
export type ReadSurroundings = () => Surroundings;

/** A server, with what it offers beside tools. */
export interface McpServer extends ToolProvider {
  /** Connects if need be. Rejects with a VllmError. */
  readonly connection: () => Promise<McpConnection>;
  /** Calls a listener when a resource changes that `subscribe` of the connection asked for. Gives the function that ends this. */
  readonly onResourceUpdated: (listener: (uri: string) => void) => () => void;
  /** A hash of how a tool describes itself, by the name that the model is shown; undefined when the server does not list it. */
  readonly definitionOf: (toolName: string) => string | undefined;
  /** Ends it, whoever uses it. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Makes a mounted server. Throws a DefinitionError for a wrong configuration; starts nothing yet. */
export function createServer(name: string, config: McpServerConfig, readSurroundings: ReadSurroundings): McpServer {
  return new MountedServer(name, checkServerConfig(name, config), readSurroundings);
}

class MountedServer implements McpServer {
  readonly name: string;
  readonly #config: McpServerConfig;
  readonly #readSurroundings: ReadSurroundings;
  /** Of its users at the moment. */
  readonly #contexts: ProviderContext[] = [];
  readonly #callers = new Callers();
  readonly #questions: Questions;
  readonly #list: ToolList;
  #connecting: Promise<McpConnection> | undefined;
  /** Ends what is under way when the last user leaves. */
  #ending = new AbortController();
  #isLost = false;
  readonly #inputs: AskedInputs;
  readonly #resourceListeners = new Set<(uri: string) => void>();
  #logs = 0;

  constructor(name: string, config: McpServerConfig, readSurroundings: ReadSurroundings) {
    this.name = name;
    this.#config = config;
    this.#readSurroundings = readSurroundings;
    this.#inputs = new AskedInputs(name, config);
    const warn = (code: string, message: string): void => this.#warn(code, message);
    const connected = (signal: AbortSignal): Promise<McpConnection> => this.#connected(signal);
    const drop = (connection: McpConnection): Promise<void> => this.#drop(connection);
    this.#questions = new Questions({ server: name, callers: this.#callers, warn });
    this.#list = new ToolList({
      server: name,
      config,
      warn,
      call: createServerCall({
        name,
        config,
        warn,
        connected,
        drop,
        askUser: (request, signal) => this.#questions.askUser(request, signal),
      }),
      createResourceTools: () => createResourceTools(name, connected),
      startLimit: () => this.#startLimit(),
      current: () => this.#connecting,
    });
  }

  get isRequired(): boolean {
    return this.#config.required ?? false;
  }

  async open(context: ProviderContext): Promise<OpenProvider> {
    this.#contexts.push(context);
    try {
      const { info } = await untilAborted(this.connection(), context.signal);
      this.#reportDropped(context);
      const { instructions: isWanted = true } = this.#config;
      const instructions = isWanted ? wellFormed(info.instructions.trim().slice(0, MAX_INSTRUCTIONS_CHARS)) : '';
      return { tools: this.#toolsFor(context), instructions, close: () => this.#leave(context) };
    } catch (error) {
      await this.#leave(context);
      throw error;
    }
  }

  connection(): Promise<McpConnection> {
    this.#connecting ??= this.#callers.outside(() => this.#connect());
    return this.#connecting;
  }

  definitionOf(toolName: string): string | undefined {
    return this.#list.definitionOf(toolName);
  }

  onResourceUpdated(listener: (uri: string) => void): () => void {
    this.#resourceListeners.add(listener);
    return () => void this.#resourceListeners.delete(listener);
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    this.#isLost = false;
    this.#ending.abort(new Error('nobody uses the server any more'));
    this.#ending = new AbortController();
    const connection = await connecting?.catch(() => undefined);
    await connection?.close();
  }

  /** The tools with the user that calls them, for what the server asks during a call. The same ones until the list changes. */
  #toolsFor(context: ProviderContext): () => readonly Tool[] {
    let listed: readonly Tool[] | undefined;
    let tools: readonly Tool[] = [];
    return () => {
      if (listed === this.#list.tools) return tools;
      listed = this.#list.tools;
      tools = listed.map((tool) => ({
        ...tool,
        execute: (args, toolContext) => this.#callers.during(context, () => tool.execute(args, toolContext)),
      }));
      return tools;
    };
  }

  async #leave(context: ProviderContext): Promise<void> {
    const at = this.#contexts.indexOf(context);
    if (at >= 0) this.#contexts.splice(at, 1);
    if (this.#contexts.length === 0) await this.close();
  }

  #startLimit(): ConnectLimit {
    return startConnectLimit(this.#config.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS, this.#ending.signal);
  }

  async #connect(): Promise<McpConnection> {
    const limit = this.#startLimit();
    this.#logs = 0;
    try {
      const surroundings = this.#readSurroundings();
      if (surroundings.problem !== undefined) this.#warn('mcp_environment', surroundings.problem);
      const asking = this.#contexts.find(({ askUser }) => askUser !== undefined);
      const inputs = await this.#inputs.ask(asking?.askUser, limit);
      const config = expandConfig(this.name, this.#config, surroundings, inputs);
      const { connect } = await import('./connect.ts');
      const connection = await connect({
        name: this.name,
        config,
        callbacks: this.#callbacks(config),
        version: surroundings.version,
        env: surroundings.env,
        limit,
        hasRoots: (config.roots ?? []).length > 0,
        canSample: this.#contexts.some(({ sample }) => sample !== undefined),
        canAskUser: this.#contexts.some(({ askUser }) => askUser !== undefined),
        signIn: await createSignIn(this.name, config, surroundings.signIn),
      });
      await this.#list.read(connection, limit.signal).catch(async (cause: unknown) => {
        await connection.close();
        const message = `MCP server \`${this.name}\`: its tools could not be listed: ${reason(cause)}`;
        throw new VllmError(message, { code: 'mcp_connect', cause, retryable: true });
      });
      return connection;
    } catch (error) {
      // After `close` another attempt may be under way.
      if (!limit.signal.aborted || limit.signal.reason instanceof TooLate) this.#connecting = undefined;
      throw error;
    } finally {
      limit.stop();
    }
  }

  #callbacks(config: McpServerConfig): ServerCallbacks {
    return {
      roots: () => (config.roots ?? []).map(rootUri),
      askUser: (request, signal) => this.#questions.askUser(request, signal),
      sample: (params, signal) => this.#questions.sample(params, signal),
      onLog: (level, text) => {
        if (QUIET_LEVELS.has(level) || ++this.#logs > MAX_LOGS + 1) return;
        const isLast = this.#logs > MAX_LOGS;
        this.#warn('mcp_log', isLast ? MORE_LOGS : `${level}: ${wellFormed(text.slice(0, MAX_LOG_CHARS))}`);
      },
      onToolsChanged: () =>
        this.#list.refresh(() => {
          for (const context of this.#contexts) this.#reportDropped(context);
        }),
      onResourceUpdated: (uri) => {
        for (const listener of this.#resourceListeners) listener(uri);
      },
      onFlood: (most) =>
        this.#warn('mcp_flood', `it asks for more than ${most} things at once; the rest is not answered.`),
      onLost: () => {
        this.#connecting = undefined;
        this.#isLost = true;
        this.#warn('mcp_lost', 'the connection was lost; the next call connects again.');
      },
    };
  }

  #warn(code: string, message: string): void {
    for (const context of this.#contexts) context.warn({ code, message: `MCP server \`${this.name}\`: ${message}` });
  }

  #reportDropped(context: ProviderContext): void {
    for (const what of this.#list.dropped) {
      context.warn({ code: 'mcp_tool_dropped', message: `MCP server \`${this.name}\`: a tool is left out. ${what}` });
    }
  }

  /** The connection, made again after a loss, with growing waits. Rejects with a ToolRetry for the model when that fails. */
  async #connected(signal: AbortSignal): Promise<McpConnection> {
    if (!this.#isLost) {
      const current = this.#connecting;
      if (current !== undefined) return await untilAborted(current, signal);
    }
    let last: unknown;
    for (let attempt = 0; attempt < MAX_RECONNECTS; attempt++) {
      signal.throwIfAborted();
      if (attempt > 0) await wait(FIRST_WAIT_MS * 2 ** (attempt - 1), signal);
      try {
        const connection = await untilAborted(this.connection(), signal);
        this.#isLost = false;
        return connection;
      } catch (error) {
        signal.throwIfAborted();
        last = error;
      }
    }
    throw new ToolRetry(
      `The server \`${this.name}\` is unavailable after ${MAX_RECONNECTS} attempts to connect: ${reason(last)}`,
    );
  }

  async #drop(connection: McpConnection): Promise<void> {
    if ((await this.#connecting?.catch(() => undefined)) === connection) this.#connecting = undefined;
    this.#isLost = true;
    await connection.close();
  }
}

function rootUri(root: string): string {
  return root.startsWith('file://') ? root : pathToFileURL(root).href;
}

/** Whether a value is a mounted server. */
export function isServer(value: ToolProvider): value is McpServer {
  return isObject(value) && 'connection' in value;
}

async function createSignIn(
  name: string,
  config: McpServerConfig,
  options: SignInOptions | undefined,
): Promise<SignIn | undefined> {
  if (!('url' in config) || options === undefined || config.auth?.type === 'none') return undefined;
  const oauth = await import('./oauth.ts');
  return await oauth.createSignIn(name, config, options);
}
