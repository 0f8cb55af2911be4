// Owns claims about time: how long a server may take to be ready, a call without progress and in all, and the waits before a server is
// connected again. The clock is the test's, and the servers are in this process, so that nothing depends on the machine.

import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { McpServerConfig, Tool, ToolContext } from '../../src/index.ts';
import { ToolRetry } from '../../src/index.ts';
import { startCallLimits } from '../../src/mcp/call-limits.ts';
import type { McpServer } from '../../src/mcp/server.ts';
import { createServer } from '../../src/mcp/server.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

interface Received {
  readonly id: number;
  readonly method: string;
  readonly params?: { readonly _meta?: { readonly progressToken?: number } };
}

/** A server in this process that answers what the test lets it answer. */
class ScriptedServer {
  /** Methods that get no answer. */
  readonly silent = new Set<string>();
  isDown = false;
  attempts = 0;
  readonly #received: Received[] = [];
  readonly #waiting = new Map<string, (message: Received) => void>();
  #far: InMemoryTransport | undefined;

  readonly transport = async (): Promise<InMemoryTransport> => {
    this.attempts++;
    if (this.isDown) throw new Error('it is down');
    const [near, far] = InMemoryTransport.createLinkedPair();
    this.#far = far;
    far.onmessage = (message) => this.#answer(message as unknown as Received); // requests only are looked at
    await far.start();
    return near;
  };

  send(message: object): void {
    void this.#far?.send({ jsonrpc: '2.0', ...message } as never);
  }

  async close(): Promise<void> {
    await this.#far?.close();
  }

  /** The first request of a method, when it has arrived. */
  received(method: string): Promise<Received> {
    const found = this.#received.find((message) => message.method === method);
    return found === undefined ? new Promise((resolve) => this.#waiting.set(method, resolve)) : Promise.resolve(found);
  }

  #answer(message: Received): void {
    this.#received.push(message);
    this.#waiting.get(message.method)?.(message);
    if (message.id === undefined || this.silent.has(message.method)) return;
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 's', version: '1' },
      },
      'tools/list': { tools: [{ name: 'slow', inputSchema: { type: 'object' } }] },
      'tools/call': { content: [{ type: 'text', text: 'done' }] },
    };
    this.send({ id: message.id, result: results[message.method] ?? {} });
  }
}

function mount(scripted: ScriptedServer, more: Partial<McpServerConfig> = {}): McpServer {
  const config = { transport: scripted.transport, ...more } as McpServerConfig;
  return createServer('s', config, () => ({ env: {}, workspaceFolder: '/', version: '0' }));
}

async function openTool(server: McpServer): Promise<Tool> {
  const provider = await server.open({ signal: new AbortController().signal, warn: () => undefined });
  const [tool] = provider.tools();
  if (tool === undefined) throw new Error('The server lists no tool.');
  return tool;
}

interface Started {
  /** The text of the call, or its error; undefined while it is under way. */
  readonly outcome: () => unknown;
  readonly progress: readonly unknown[];
}

function start(tool: Tool): Started {
  const progress: unknown[] = [];
  const context: Partial<ToolContext> = {
    signal: new AbortController().signal,
    progress: (value) => progress.push(value),
  };
  let outcome: unknown;
  const keep = (value: unknown): void => {
    outcome = value;
  };
  Promise.resolve(tool.execute({}, context as ToolContext)).then(keep, keep); // it uses no more of it
  return { outcome: () => outcome, progress };
}

describe('a server that is not ready in time', () => {
  test.each(['initialize', 'tools/list'])('because it does not answer %s fails to connect', async (method) => {
    const scripted = new ScriptedServer();
    scripted.silent.add(method);
    const server = mount(scripted, { connectTimeoutMs: 300 });
    let failure: unknown;
    server.connection().catch((error: unknown) => {
      failure = error;
    });
    await scripted.received(method);
    await vi.advanceTimersByTimeAsync(299);
    expect(failure).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(failure).toMatchObject({
      code: 'mcp_connect',
      retryable: true,
      message: {
        initialize: 'MCP server `s`: connecting failed: the server was not ready within 300 ms (`connectTimeoutMs`)',
        'tools/list':
          'MCP server `s`: its tools could not be listed: the server was not ready within 300 ms (`connectTimeoutMs`)',
      }[method],
    });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a call', () => {
  test('without progress is stopped, and the server is told', async () => {
    const scripted = new ScriptedServer();
    scripted.silent.add('tools/call');
    const server = mount(scripted, { timeoutMs: 150 });
    const { outcome } = start(await openTool(server));
    const { id } = await scripted.received('tools/call');
    await vi.advanceTimersByTimeAsync(149);
    expect(outcome()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome()).toEqual(
      new ToolRetry('The call to the server `s` was stopped: it reported no progress for 150 ms.'),
    );
    expect(await scripted.received('notifications/cancelled')).toMatchObject({ params: { requestId: id } });
    await server.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('goes on as long as there is progress', async () => {
    const scripted = new ScriptedServer();
    scripted.silent.add('tools/call');
    const server = mount(scripted, { timeoutMs: 150 });
    const { outcome, progress } = start(await openTool(server));
    const { id, params } = await scripted.received('tools/call');
    const progressToken = params?._meta?.progressToken;
    for (let at = 1; at <= 6; at++) {
      await vi.advanceTimersByTimeAsync(149);
      scripted.send({ method: 'notifications/progress', params: { progressToken, progress: at, total: 6 } });
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(outcome()).toBeUndefined();
    scripted.send({ id, result: { content: [{ type: 'text', text: 'slow but sure' }] } });
    await vi.advanceTimersByTimeAsync(0);
    expect(outcome()).toBe('slow but sure');
    expect(progress).toEqual([1, 2, 3, 4, 5, 6].map((at) => ({ progress: at, total: 6 })));
    await server.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('with progress for ever is stopped by the limit of the whole call', async () => {
    const scripted = new ScriptedServer();
    scripted.silent.add('tools/call');
    const server = mount(scripted, { timeoutMs: 150, maxCallMs: 400 });
    const { outcome } = start(await openTool(server));
    const { params } = await scripted.received('tools/call');
    const progressToken = params?._meta?.progressToken;
    for (const ms of [100, 100, 100, 99]) {
      await vi.advanceTimersByTimeAsync(ms);
      scripted.send({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    }
    expect(outcome()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome()).toEqual(new ToolRetry('The call to the server `s` was stopped: it took longer than 400 ms.'));
    await server.close();
  });
});

describe('limits of a call', () => {
  test.each<[string, Partial<McpServerConfig>, number, string]>([
    ['are 120 s without progress by default', {}, 120_000, 'it reported no progress for 120000 ms'],
    ['are 1800 s in all by default', { timeoutMs: 1e9 }, 1_800_000, 'it took longer than 1800000 ms'],
    [
      'may be longer than a timer can be',
      { timeoutMs: 1e12, maxCallMs: 1e11 },
      2 ** 31 - 1,
      'it took longer than 100000000000 ms',
    ],
  ])('%s', async (_name, config, ms, exceeded) => {
    const { signal } = new AbortController();
    const limits = startCallLimits({ command: 'x', ...config } as McpServerConfig, signal);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect([limits.signal.aborted, limits.exceeded()]).toEqual([false, undefined]);
    await vi.advanceTimersByTimeAsync(1);
    expect([limits.signal.aborted, limits.exceeded()]).toEqual([true, exceeded]);
    limits.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('end with the call, whose own cancelling is no exceeding', () => {
    const controller = new AbortController();
    const limits = startCallLimits({ command: 'x' }, controller.signal);
    controller.abort('enough');
    expect([limits.signal.aborted, limits.signal.reason, limits.exceeded()]).toEqual([true, 'enough', undefined]);
    limits.stop();
    const late = startCallLimits({ command: 'x' }, controller.signal);
    expect(late.signal.aborted).toBe(true);
    late.stop();
    const stopped = new AbortController();
    const done = startCallLimits({ command: 'x' }, stopped.signal);
    done.stop();
    stopped.abort();
    expect(done.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a server that was lost', () => {
  test('is connected again with the next call, after growing waits', async () => {
    const scripted = new ScriptedServer();
    const server = mount(scripted);
    const tool = await openTool(server);
    scripted.isDown = true;
    await scripted.close();
    const { outcome } = start(tool);
    const attempts: number[] = [];
    for (const ms of [0, 249, 1, 499, 1, 999, 1]) {
      await vi.advanceTimersByTimeAsync(ms);
      attempts.push(scripted.attempts);
    }
    expect(attempts).toEqual([2, 2, 3, 3, 4, 4, 5]);
    scripted.isDown = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect([scripted.attempts, outcome()]).toEqual([6, 'done']);
    await server.close();
  });

  test('and stays away is an error for the model', async () => {
    const scripted = new ScriptedServer();
    const server = mount(scripted);
    const tool = await openTool(server);
    scripted.isDown = true;
    await scripted.close();
    const { outcome } = start(tool);
    await vi.advanceTimersByTimeAsync(250 + 500 + 1000 + 2000);
    expect(outcome()).toEqual(
      new ToolRetry(
        'The server `s` is unavailable after 5 attempts to connect: MCP server `s`: connecting failed: it is down',
      ),
    );
  });
});
