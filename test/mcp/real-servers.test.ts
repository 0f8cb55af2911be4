// Owns claims about real servers from npm, as processes of their own: through a run, on a fake vLLM.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentWithServersDefinition, McpServers, RunEvent, RunResult } from '../../src/index.ts';
import { defineAgent, mountMcp, stream, VllmClient } from '../../src/index.ts';
import type { Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

const require = createRequire(import.meta.url);

function program(name: string): string {
  const manifest = require.resolve(`@modelcontextprotocol/server-${name}/package.json`);
  return manifest.replace('package.json', 'dist/index.js');
}

function stdio(name: string, ...args: string[]): McpServers {
  return { [name]: { command: process.execPath, args: [program(name), ...args], approval: 'never' } };
}

interface Ran {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly told: readonly unknown[];
  readonly offered: readonly string[];
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
}

async function go(
  mcpServers: McpServers,
  steps: readonly Step[],
  more: Partial<AgentWithServersDefinition> = {},
): Promise<Ran> {
  await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 1_000_000 }] });
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  vllm.script(...steps);
  const running = stream(defineAgent({ name: 'a', model: 'fake', mcpServers, ...more }), 'go', { client });
  const events: RunEvent[] = [];
  for await (const event of running) events.push(event);
  const result = await running.result;
  expect(result.outcome).toEqual({ type: 'completed' });
  const bodies = vllm.chatBodies();
  return {
    result,
    events,
    bodies,
    told: result.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])),
    offered: ((bodies[0]?.tools ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name),
  };
}

function calls(...list: (readonly [string, object])[]): Step {
  return answer({ toolCalls: list.map(([name, args]) => ({ name, arguments: args })) });
}

const DONE = answer({ content: 'done' });

const TOOLS_OF_EVERYTHING: readonly (readonly [string, object, unknown])[] = [
  ['echo', { message: 'hi' }, 'Echo: hi'],
  ['get-sum', { a: 1, b: 2 }, 'The sum of 1 and 2 is 3.'],
  [
    'get-tiny-image',
    {},
    expect.arrayContaining([
      { type: 'image_url', image_url: { url: expect.stringMatching(/^data:image\/png;base64,/) } },
    ]),
  ],
  [
    'get-structured-content',
    { location: 'Chicago' },
    expect.stringMatching(/^\{"temperature":\d+,"conditions":"[^"]+","humidity":\d+\}$/),
  ],
  ['get-annotated-message', { messageType: 'error', includeImage: false }, 'Error: Operation failed'],
  ['get-resource-links', { count: 2 }, expect.stringMatching(/\[resource demo:\/\/resource\/dynamic\/\w+\/1\]/)],
  [
    'get-resource-reference',
    { resourceType: 'Text', resourceId: 1 },
    expect.stringContaining('[demo://resource/dynamic/text/1]\nResource 1'),
  ],
  ['get-env', {}, expect.stringContaining('"PATH"')],
  [
    'gzip-file-as-resource',
    { name: 'x.gz', data: 'data:text/plain,hello', outputType: 'resourceLink' },
    expect.stringContaining('[resource demo://'),
  ],
  ['toggle-simulated-logging', {}, expect.stringContaining('logging')],
  ['toggle-subscriber-updates', {}, expect.stringContaining('updates')],
  [
    'trigger-long-running-operation',
    { duration: 0.2, steps: 2 },
    expect.stringContaining('Long running operation completed'),
  ],
  ['get-roots-list', {}, expect.stringContaining('file:///tmp')],
  ['trigger-elicitation-request', {}, expect.stringContaining('Ann')],
  ['trigger-url-elicitation', { url: 'https://example.com/x' }, expect.anything()],
  ['trigger-sampling-request', { prompt: 'say', maxTokens: 9 }, expect.stringContaining('sampled')],
];

describe.each(['stdio', 'Streamable HTTP'])('everything, over %s', (kind) => {
  let servers: McpServers = {
    everything: { command: process.execPath, args: [program('everything')], roots: ['/tmp'] },
  };
  let stop = (): void => undefined;

  beforeAll(async () => {
    if (kind === 'stdio') return;
    const port = await freePort();
    const child = spawn(process.execPath, [program('everything'), 'streamableHttp'], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    stop = () => void child.kill('SIGKILL');
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (text) => /listening/i.test(String(text)) && resolve());
    });
    servers = { everything: { url: `http://127.0.0.1:${port}/mcp`, auth: { type: 'none' }, roots: ['file:///tmp'] } };
  });
  afterAll(() => stop());

  test('has every tool called, with progress, an elicitation and a sampling', { timeout: 60_000 }, async () => {
    const asked: unknown[] = [];
    const steps = TOOLS_OF_EVERYTHING.flatMap(([name, args]) => [
      calls([`everything__${name}`, args]),
      ...(name === 'trigger-sampling-request' ? [answer({ content: 'sampled' })] : []),
    ]);
    const { told, events, offered, result } = await go(servers, [...steps, DONE], {
      sampling: 'allow',
      limits: { sameCall: 0, turns: 100 },
      askUser: async (request) => {
        asked.push(request);
        return { action: 'accept', content: { name: 'Ann', check: true } };
      },
    });
    expect(told).toEqual(TOOLS_OF_EVERYTHING.map(([, , shown]) => shown));
    expect(offered).toEqual(expect.arrayContaining(TOOLS_OF_EVERYTHING.map(([name]) => `everything__${name}`)));
    expect(events.filter(({ type }) => type === 'tool_progress').length).toBeGreaterThanOrEqual(1);
    expect(asked).toMatchObject([
      { provider: 'everything', form: { type: 'object' } },
      { provider: 'everything', url: 'https://example.com/x' },
    ]);
    expect(result.warnings.filter(({ code }) => code.startsWith('provider'))).toEqual([]);
  });

  test('gives its prompts and resources', async () => {
    await using mounted = await mountMcp(servers);
    const connection = await mounted.providers[0]?.connection();
    const signal = AbortSignal.timeout(10_000);
    const prompts = (await connection?.listPrompts(signal))?.map(({ name }) => name);
    expect(prompts).toEqual(
      expect.arrayContaining(['simple-prompt', 'args-prompt', 'completable-prompt', 'resource-prompt']),
    );
    expect(await connection?.getPrompt('args-prompt', { city: 'Oslo' }, signal)).toMatchObject([
      { role: 'user', content: { text: expect.stringContaining('Oslo') } },
    ]);
    const [first] = (await connection?.listResources(signal)) ?? [];
    expect(await connection?.readResource(String(first?.uri), signal)).toMatchObject([
      { uri: first?.uri, text: expect.any(String) },
    ]);
    expect((await connection?.listResourceTemplates(signal))?.length).toBeGreaterThan(0);
    expect(
      await connection?.complete({ prompt: 'completable-prompt', argument: 'department', value: 'E' }, signal),
    ).toEqual(['Engineering']);
    await connection?.ping(signal);
  });

  test('is told that nobody is there when nobody is', async () => {
    const { offered } = await go(servers, [DONE]);
    expect(offered).not.toContain('everything__trigger-elicitation-request');
    expect(offered).not.toContain('everything__trigger-sampling-request');
  });
});

test('everything over the older SSE is found where Streamable HTTP is not', async () => {
  const port = await freePort();
  const child = spawn(process.execPath, [program('everything'), 'sse'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (text) => /running|listening/i.test(String(text)) && resolve());
    });
    const servers = { old: { url: `http://127.0.0.1:${port}/sse` } };
    const { told } = await go(servers, [calls(['old__echo', { message: 'hi' }]), DONE]);
    expect(told).toEqual(['Echo: hi']);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a server in this program is mounted over its own transport, with tools for its resources', async () => {
  const transport = async () => {
    const server = new McpServer({ name: 'inner', version: '1' });
    server.registerResource('note', 'note://a', {}, () => ({ contents: [{ uri: 'note://a', text: 'milk' }] }));
    const [near, far] = InMemoryTransport.createLinkedPair();
    await server.connect(far);
    return near;
  };
  const { told, offered } = await go({ inner: { transport, resourceTools: true } }, [
    calls(['inner__list_resources', {}]),
    calls(['inner__read_resource', { uri: 'note://a' }], ['inner__read_resource', { uri: 'note://b' }]),
    DONE,
  ]);
  expect(offered).toEqual(['inner__list_resources', 'inner__read_resource']);
  expect(told).toEqual([
    'note://a  note',
    [{ type: 'text', text: '[note://a]\nmilk' }],
    expect.stringContaining('note://b cannot be read'),
  ]);
});

describe('other servers', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'mcp-real-')));
    await writeFile(join(folder, 'a.txt'), 'alpha\n');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('filesystem reads and writes in its folder, and not beyond', async () => {
    const { told, offered } = await go(stdio('filesystem', folder), [
      calls(
        ['filesystem__read_text_file', { path: join(folder, 'a.txt') }],
        ['filesystem__read_text_file', { path: '/etc/passwd' }],
      ),
      calls(['filesystem__write_file', { path: join(folder, 'b.txt'), content: 'beta' }]),
      DONE,
    ]);
    expect(told).toEqual([
      'alpha\n',
      expect.stringContaining('Access denied'),
      expect.stringContaining('Successfully wrote'),
    ]);
    expect(await readFile(join(folder, 'b.txt'), 'utf8')).toBe('beta');
    expect(offered).toHaveLength(14);
  });

  test('filesystem asks a person before it writes, for it says that it destroys', async () => {
    const config = { command: process.execPath, args: [program('filesystem'), folder] };
    const asked: string[] = [];
    const { told } = await go(
      { filesystem: config },
      [calls(['filesystem__write_file', { path: join(folder, 'c.txt'), content: 'x' }]), DONE],
      {
        approve: ({ toolName }) => {
          asked.push(toolName);
          return false;
        },
      },
    );
    expect([asked, told]).toEqual([['filesystem__write_file'], [expect.stringContaining('did not allow')]]);
  });

  test('memory and sequential-thinking run side by side', async () => {
    const memory = {
      memory: {
        command: process.execPath,
        args: [program('memory')],
        env: { MEMORY_FILE_PATH: join(folder, 'm.json') },
      },
    };
    const thought = { thought: 't', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };
    const { told } = await go({ ...memory, ...stdio('sequential-thinking') }, [
      calls(
        ['memory__create_entities', { entities: [{ name: 'Ann', entityType: 'person', observations: ['sails'] }] }],
        ['sequential-thinking__sequentialthinking', thought],
      ),
      calls(['memory__search_nodes', { query: 'sails' }]),
      DONE,
    ]);
    expect(told).toEqual([
      expect.stringContaining('Ann'),
      expect.stringContaining('thoughtNumber'),
      expect.stringContaining('sails'),
    ]);
  });

  test('kept by a program serve many runs with one process', async () => {
    await using mounted = await mountMcp({ ...stdio('memory'), gone: { command: '/no/such/program' } });
    expect([...mounted.failures.keys()]).toEqual(['gone']);
    const connections = await Promise.all([1, 2, 3].map(() => mounted.providers[0]?.connection()));
    expect(new Set(connections).size).toBe(1);
    await go({}, [calls(['memory__read_graph', {}]), DONE], { providers: mounted.providers.slice(0, 1) });
    expect(await mounted.providers[0]?.connection()).toBe(connections[0]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
