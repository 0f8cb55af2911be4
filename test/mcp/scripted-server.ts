// Owns a server in this process that answers as a test has it answer, for tests that need no process and no socket.

import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { McpServerConfig, ProviderWarning, Tool, ToolContext } from '../../src/index.ts';
import type { McpServer } from '../../src/mcp/server.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { ProviderContext } from '../../src/tool/tool-provider.ts';

export interface Received {
  readonly id: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> & { readonly _meta?: { readonly progressToken?: number } };
}

/** Gives the message that answers a request, without its id and version; undefined: no answer. */
type Answer = (message: Received, attempt: number) => object | undefined;

export class ScriptedServer {
  /** An ordinary answer to `initialize`. */
  static get initialized(): object {
    return ORDINARY.initialize ?? {};
  }

  /** By method; what is missing has an ordinary answer. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly received: Received[] = [];
  attempts = 0;
  /** How often a connection was closed by the client. */
  closed = 0;
  readonly #waiting = new Map<string, (message: Received) => void>();
  readonly #asking = new Map<unknown, (answer: unknown) => void>();
  #far: InMemoryTransport | undefined;

  constructor(answers: Readonly<Record<string, Answer>> = {}) {
    this.answers = answers;
  }

  readonly transport = async (): Promise<InMemoryTransport> => {
    const attempt = ++this.attempts;
    const [near, far] = InMemoryTransport.createLinkedPair();
    this.#far = far;
    far.onmessage = (message) => this.#answer(message as unknown as Received, attempt); // only requests are looked at
    far.onclose = () => void this.closed++;
    await far.start();
    return near;
  };

  /** Sends any JSON value, in the version of JSON-RPC unless it is no object. */
  send(message: unknown): void {
    const isMessage = typeof message === 'object' && message !== null && !Array.isArray(message);
    void this.#far?.send((isMessage ? { jsonrpc: '2.0', ...message } : message) as never);
  }

  async close(): Promise<void> {
    await this.#far?.close();
  }

  /** The next request of a method that is not yet there, or the first one that is. */
  arrived(method: string): Promise<Received> {
    const found = this.received.find((message) => message.method === method);
    return found === undefined ? new Promise((resolve) => this.#waiting.set(method, resolve)) : Promise.resolve(found);
  }

  /** The result, or the error, that the client answers a request of this server with. */
  answered(id: string): Promise<unknown> {
    return new Promise((resolve) => this.#asking.set(id, resolve));
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.received.filter((message) => message.method === method).length;
  }

  #answer(message: Received, attempt: number): void {
    if (message.method === undefined) {
      const { result, error } = message as { readonly result?: unknown; readonly error?: unknown };
      this.#asking.get(message.id)?.(result ?? error);
      return;
    }
    this.received.push(message);
    this.#waiting.get(message.method)?.(message);
    if (message.id === undefined) return;
    const own = this.answers[message.method];
    const given = own === undefined ? { result: ORDINARY[message.method] ?? {} } : own(message, attempt);
    if (given !== undefined) this.send({ id: message.id, ...given });
  }
}

const ORDINARY: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: { listChanged: true }, resources: {} },
    serverInfo: { name: 's', version: '1' },
  },
  'server/discover': {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: { listChanged: false }, resources: { subscribe: true } },
    ...{
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 's', version: '1' } },
    },
  },
  'tools/list': {
    tools: [
      { name: 'work', inputSchema: { type: 'object' } },
      { name: 'read', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
    ],
  },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};

export function mountScripted(scripted: ScriptedServer, more: Partial<McpServerConfig> = {}): McpServer {
  const config = { transport: scripted.transport, ...more } as McpServerConfig;
  return createServer('s', config, () => ({ env: {}, workspaceFolder: '/', version: '0' }));
}

interface OpenServer extends AsyncDisposable {
  readonly warnings: readonly ProviderWarning[];
  /** The text of a call of a tool, or its error. */
  readonly call: (name: string, args?: object, context?: Partial<ToolContext>) => Promise<unknown>;
  readonly tools: () => readonly Tool[];
}

/** A server with one user. */
export async function openServer(server: McpServer, more: Partial<ProviderContext> = {}): Promise<OpenServer> {
  const warnings: ProviderWarning[] = [];
  const context = { signal: new AbortController().signal, warn: (warning: ProviderWarning) => warnings.push(warning) };
  const provider = await server.open({ ...context, ...more });
  const call: OpenServer['call'] = async (name, args = {}, own = {}) => {
    const tool = provider.tools().find((listed) => listed.name === `s__${name}`);
    if (tool === undefined) throw new Error(`The server lists no tool ${name}.`);
    const given: Partial<ToolContext> = { signal: new AbortController().signal, progress: () => undefined, ...own };
    try {
      return await tool.execute(args, given as ToolContext); // it uses no more of it
    } catch (error) {
      return error;
    }
  };
  return { warnings, call, tools: provider.tools, [Symbol.asyncDispose]: () => provider.close() };
}
