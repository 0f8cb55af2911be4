// Owns claims about a server whose start is ended (by its limit, by the run, by the program), and about what it sends without end. The clock
// is the test's.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defineAgent, mountMcp, run, VllmClient } from '../../src/index.ts';
import { startFakeVllm } from '../support/fake.ts';
import { mountScripted, openServer, ScriptedServer } from './scripted-server.ts';

const silent = (method: string) => new ScriptedServer({ [method]: () => undefined });
const METHODS = ['initialize', 'tools/list'];

describe('an abort', () => {
  test.each(METHODS)('of the only user ends a start that waits for %s, and the connection', async (method) => {
    const scripted = silent(method);
    const controller = new AbortController();
    const opening = openServer(mountScripted(scripted), { signal: controller.signal });
    await scripted.arrived(method);
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(scripted.closed).toBe(1);
  });

  test('ends a start that waits for its transport', async () => {
    const controller = new AbortController();
    const waiting = new ScriptedServer();
    const server = mountScripted(waiting, { transport: () => new Promise(() => undefined) } as object);
    const opening = openServer(server, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });

  test('of one user leaves the start to the others', async () => {
    let list: (() => void) | undefined;
    const scripted: ScriptedServer = new ScriptedServer({
      'tools/list': ({ id }) => {
        list = () => scripted.send({ id, result: { tools: [{ name: 'work', inputSchema: { type: 'object' } }] } });
        return undefined;
      },
    });
    const controller = new AbortController();
    const server = mountScripted(scripted);
    const one = openServer(server, { signal: controller.signal });
    const other = openServer(server);
    await scripted.arrived('tools/list');
    controller.abort(new Error('enough'));
    await expect(one).rejects.toThrow('enough');
    list?.();
    await using opened = await other;
    expect([await opened.call('work'), scripted.attempts, scripted.closed]).toEqual(['done', 1, 0]);
  });

  test.each(METHODS)('of a run ends it while a server is waited for (%s)', async (method) => {
    await using vllm = await startFakeVllm();
    await using client = new VllmClient(vllm.baseUrl);
    const scripted = silent(method);
    const controller = new AbortController();
    const agent = defineAgent({ name: 'a', model: 'fake', mcpServers: { s: { transport: scripted.transport } } });
    const running = run(agent, 'x', { client, signal: controller.signal });
    await scripted.arrived(method);
    controller.abort();
    expect((await running).outcome).toEqual({ type: 'aborted' });
    expect(scripted.closed).toBe(1);
  });

  test.each(METHODS)('of `mountMcp` ends the start of its servers (%s)', async (method) => {
    const scripted = silent(method);
    const controller = new AbortController();
    const mounting = mountMcp({ s: { transport: scripted.transport } }, { signal: controller.signal });
    await scripted.arrived(method);
    controller.abort(new Error('enough'));
    await using mounted = await mounting;
    expect([...mounted.failures].map(([name, { message }]) => [name, message])).toEqual([['s', 'enough']]);
  });

  test('of a call ends its wait for a server that is connected again', async () => {
    const scripted: ScriptedServer = new ScriptedServer({
      initialize: (_message, attempt) => (attempt === 1 ? { result: ScriptedServer.initialized } : undefined),
    });
    await using server = await openServer(mountScripted(scripted));
    await scripted.close();
    const controller = new AbortController();
    const call = server.call('work', {}, { signal: controller.signal });
    await vi.waitFor(() => expect(scripted.count('initialize')).toBe(2), { interval: 1, timeout: 60_000 });
    controller.abort(new Error('enough'));
    expect(await call).toEqual(new Error('enough'));
  });
});

test.each([
  ['null', null, 'null'],
  ['an object', { work: {} }, 'object'],
])('a list that is %s in place of a list is told', async (_name, tools, kind) => {
  await using server = await openServer(
    mountScripted(new ScriptedServer({ 'tools/list': () => ({ result: { tools } }) })),
  );
  expect(server.warnings).toEqual([
    {
      code: 'mcp_list_cut',
      message: `MCP server \`s\`: its list of tools is incomplete: its \`tools\` is ${kind}, not a list.`,
    },
  ]);
});

test('descriptions without end are cut, with one warning', async () => {
  const tools = ['a', 'b'].map((name) => ({ name, description: 'x'.repeat(10_000), inputSchema: { type: 'object' } }));
  await using server = await openServer(
    mountScripted(new ScriptedServer({ 'tools/list': () => ({ result: { tools } }) })),
  );
  expect(server.warnings).toEqual([
    {
      code: 'mcp_description_cut',
      message: 'MCP server `s`: descriptions of 2 tools are too long and were cut: s__a, s__b.',
    },
  ]);
});

test('errors that a server logs without end are fifty warnings and one that says so', async () => {
  const scripted = new ScriptedServer();
  await using server = await openServer(mountScripted(scripted));
  for (let at = 0; at < 200; at++)
    scripted.send({ method: 'notifications/message', params: { level: 'error', data: `x${at}` } });
  await server.call('work');
  expect(server.warnings.map(({ message }) => message)).toEqual([
    ...Array.from({ length: 50 }, (_, at) => `MCP server \`s\`: error: x${at}`),
    'MCP server `s`: it reported more than 50 warnings and errors; the rest is left out.',
  ]);
});

test('progress without end of its text is cut', async () => {
  const scripted: ScriptedServer = new ScriptedServer({
    'tools/call': ({ params }) => {
      const progressToken = params?._meta?.progressToken;
      const more = { message: 'y'.repeat(1_000_000), more: 'z'.repeat(1_000_000) };
      scripted.send({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2, ...more } });
      return { result: { content: [] } };
    },
  });
  await using server = await openServer(mountScripted(scripted));
  const progress: unknown[] = [];
  await server.call('work', {}, { progress: (value) => progress.push(value) });
  expect(progress).toEqual([{ progress: 1, total: 2, message: 'y'.repeat(8000) }]);
});

test('a resource that changes is told to whoever listens', async () => {
  const scripted = new ScriptedServer();
  const mounted = mountScripted(scripted);
  await using server = await openServer(mounted);
  const changed: string[] = [];
  const stop = mounted.onResourceUpdated((uri) => changed.push(uri));
  scripted.send({ method: 'notifications/resources/updated', params: { uri: 'x://a' } });
  await server.call('work');
  stop();
  scripted.send({ method: 'notifications/resources/updated', params: { uri: 'x://b' } });
  await server.call('work');
  expect(changed).toEqual(['x://a']);
});

describe('one limit', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  test('holds for the start and the list together', async () => {
    const scripted: ScriptedServer = new ScriptedServer({
      initialize: ({ id }) => {
        setTimeout(() => scripted.send({ id, result: ScriptedServer.initialized }), 200);
        return undefined;
      },
      'tools/list': () => undefined,
    });
    const opening = openServer(mountScripted(scripted, { connectTimeoutMs: 300 }));
    const outcome = opening.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(300);
    expect(await outcome).toMatchObject({
      code: 'mcp_connect',
      message:
        'MCP server `s`: its tools could not be listed: the server was not ready within 300 ms (`connectTimeoutMs`)',
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('keeps the pages that came in time, with a warning', async () => {
    const scripted = new ScriptedServer({
      'tools/list': ({ params }) =>
        params?.cursor === undefined
          ? { result: { tools: [{ name: 'work', inputSchema: { type: 'object' } }], nextCursor: 'more' } }
          : undefined,
    });
    const opening = openServer(mountScripted(scripted, { connectTimeoutMs: 300 }));
    await vi.advanceTimersByTimeAsync(300);
    await using server = await opening;
    expect(server.tools().map(({ name }) => name)).toEqual(['s__work']);
    expect(server.warnings).toEqual([
      { code: 'mcp_list_cut', message: 'MCP server `s`: its list of tools is incomplete: the rest came too late.' },
    ]);
  });
});
