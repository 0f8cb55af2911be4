// Owns claims about the life of mounted servers: what is loaded, who ends, what is kept, what is found again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineAgent, run, VllmClient } from '../../src/index.ts';
import { createServer as createMcpServer } from '../../src/mcp/server.ts';
import { createTokenStore } from '../../src/mcp/token-store.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOSTILE = fileURLToPath(new URL('hostile-server.mjs', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcp-life-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  const status = `/proc/${pid}/stat`;
  if (existsSync('/proc/self/stat')) return existsSync(status) && !/\) Z /.test(readFileSync(status, 'utf8'));
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Nobody of that number.
    return false;
  }
}

test('importing the package loads nothing of the MCP SDK', async () => {
  const program = `
    const { defineAgent } = await import(${JSON.stringify(join(ROOT, 'src/index.ts'))});
    defineAgent({ name: 'a', mcpServers: { x: { command: 'y' } } });
    const { Session } = await import('node:inspector');
    const session = new Session();
    session.connect();
    const urls = [];
    session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
    session.post('Debugger.enable');
    process.stdout.write(JSON.stringify([urls.length > 50, urls.filter((url) => url.includes('@modelcontextprotocol'))]));
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: ROOT });
  let out = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  await once(child, 'close');
  expect(JSON.parse(out)).toEqual([true, []]);
});

test.each(process.platform === 'linux' ? ['grandchild', 'daemon'] : ['grandchild'])(
  'a parent that is killed takes its servers with it, and what they started (%s)',
  { timeout: 60_000 },
  async (way) => {
    const note = join(folder, way);
    const program = `
    const { mountMcp } = await import(${JSON.stringify(join(ROOT, 'src/index.ts'))});
    await mountMcp({ x: { command: process.execPath, args: ${JSON.stringify([HOSTILE, way, note])} } });
    process.stdout.write('ready');
    setInterval(() => {}, 1000);
  `;
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: ROOT });
    await once(parent.stdout, 'data');
    const pid = Number(await readFile(note, 'utf8'));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);
  },
);

describe('sign-ins', () => {
  test('are kept in a file that only its owner can read, apart for each server', async () => {
    const file = join(folder, 'deep', 'sign-ins.json');
    const [one, other] = [createTokenStore(file, 'one'), createTokenStore(file, 'other')];
    await Promise.all([
      one.write((kept) => ({ ...kept, tokens: { access_token: 'a' } })),
      other.write((kept) => ({ ...kept, tokens: { access_token: 'b' } })),
      one.write((kept) => ({ ...kept, port: 7 })),
    ]);
    expect(await one.read()).toEqual({ tokens: { access_token: 'a' }, port: 7 });
    expect(await other.read()).toEqual({ tokens: { access_token: 'b' } });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700);
  });

  test('where nobody is there are refused with what can be done', async () => {
    await using site = await listen((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    });
    const server = createMcpServer('shop', { url: `${site.url}/mcp` }, () => ({
      env: {},
      workspaceFolder: folder,
      version: '0',
      signIn: { tokenFile: join(folder, 'none.json') },
    }));
    await expect(server.connection()).rejects.toThrow(/MCP server `shop`/);
  });

  test('by a key that is refused say so, without the key', async () => {
    await using site = await listen((_request, response) => {
      response.writeHead(401).end('no');
    });
    const server = createMcpServer(
      'shop',
      { url: `${site.url}/mcp`, headers: { authorization: 'Bearer hunter2' }, auth: { type: 'none' } },
      () => ({ env: {}, workspaceFolder: folder, version: '0' }),
    );
    const failure = await server.connection().catch((error: unknown) => error);
    expect(String(failure)).toMatch(/it requires a key \(`headers`\) or a sign-in \(`auth`\)/);
    expect(String(failure)).not.toContain('hunter2');
  });
});

interface Site extends AsyncDisposable {
  readonly url: string;
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Site> {
  const server: Server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server over Streamable HTTP that forgets its sessions when told to. */
async function forgetful(): Promise<Site & { readonly forget: () => void; readonly seen: string[] }> {
  let session = 1;
  const seen: string[] = [];
  const site = await listen(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    if (request.method !== 'POST') {
      seen.push(request.method ?? '');
      response.writeHead(405).end();
      return;
    }
    const { id, method } = JSON.parse(Buffer.concat(parts).toString('utf8'));
    seen.push(method);
    if (method !== 'initialize' && request.headers['mcp-session-id'] !== String(session)) {
      response.writeHead(404).end('no such session');
      return;
    }
    const results: Record<string, unknown> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'f', version: '1' },
      },
      'tools/list': { tools: [{ name: 'now', inputSchema: { type: 'object' } }] },
      'tools/call': { content: [{ type: 'text', text: `session ${session}` }] },
    };
    if (id === undefined) {
      response.writeHead(202).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': String(session) });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
  });
  return { ...site, seen, forget: () => void session++, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

test('a session that the server has forgotten is begun anew, and the call repeated', async () => {
  await using site = await forgetful();
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
  const call = (at: number) => answer({ toolCalls: [{ name: 'f__now', arguments: { at } }] });
  vllm.script(call(1), call(2), answer({ content: 'done' }));
  const agent = defineAgent({ name: 'a', model: 'fake', mcpServers: { f: { url: `${site.url}/mcp` } } });
  let results = 0;
  const onEvent = ({ type }: { readonly type: string }) => {
    if (type === 'tool_end' && results++ === 0) site.forget();
  };
  const result = await run(agent, 'x', { client, onEvent });
  expect(result.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []))).toEqual([
    'session 1',
    'session 2',
  ]);
  expect(site.seen.filter((method) => method === 'initialize')).toHaveLength(2);
});

test('the end of a run ends the session', async () => {
  await using site = await forgetful();
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl);
  vllm.script(answer({ content: 'done' }));
  await run(defineAgent({ name: 'a', model: 'fake', mcpServers: { f: { url: `${site.url}/mcp` } } }), 'x', { client });
  expect(site.seen.at(-1)).toBe('DELETE');
});

describe('sampling', () => {
  test.each<[string, 'ask' | 'allow' | undefined, boolean | undefined, RegExp]>([
    ['that is allowed asks the model', 'allow', undefined, /sampled/],
    ['that a person allows asks the model', 'ask', true, /sampled/],
    ['that a person refuses does not', 'ask', false, /did not allow/],
  ])('%s', async (_name, sampling, decision, told) => {
    const everything = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
    await using vllm = await startFakeVllm({ models: [{ id: 'fake', maxModelLen: 100_000 }] });
    await using client = new VllmClient(vllm.baseUrl);
    const isAsked = decision !== false;
    vllm.script(
      answer({ toolCalls: [{ name: 'e__trigger-sampling-request', arguments: { prompt: 'say', maxTokens: 9 } }] }),
      ...(isAsked ? [answer({ content: 'sampled' })] : []),
      answer({ content: 'done' }),
    );
    const agent = defineAgent({
      name: 'a',
      model: 'fake',
      ...(sampling !== undefined && { sampling }),
      mcpServers: { e: { command: process.execPath, args: [everything] } },
      ...(decision !== undefined && { approve: () => decision }),
    });
    const result = await run(agent, 'x', { client });
    expect(JSON.stringify(result.messages.find(({ role }) => role === 'tool'))).toMatch(told);
    if (isAsked) expect(vllm.chatBodies()[1]).toMatchObject({ max_tokens: 9, messages: expect.any(Array) });
  });
});
