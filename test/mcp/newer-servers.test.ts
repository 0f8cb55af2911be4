// Owns claims about servers that speak the revision 2026-07-28 alone, made with its own SDK: a program, and a server at a URL without sessions.

import { createServer as createHttpServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import type { McpServer } from '../../src/mcp/server.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { McpServerConfig } from '../../src/mcp/server-config.ts';
import { newerServer } from './newer-server.ts';
import { openServer } from './scripted-server.ts';

interface Served extends AsyncDisposable {
  readonly config: McpServerConfig;
}

const PROGRAM = fileURLToPath(new URL('newer-server.ts', import.meta.url));

function program(): Served {
  const config = { command: process.execPath, args: ['--import', 'tsx', PROGRAM], connectTimeoutMs: 300_000 };
  return { config, [Symbol.asyncDispose]: async () => undefined };
}

async function site(): Promise<Served> {
  const { create } = newerServer((change) => {
    if (change === 'tools') handler.notify.toolsChanged();
    else handler.notify.resourceUpdated(change);
  });
  const handler = createMcpHandler(() => create(), { legacy: 'reject' });
  const nodeHandler = toNodeHandler(handler);
  // Its types are of an older version of Node.
  const server = createHttpServer((request, response) => void nodeHandler(request as never, response as never));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    config: { url: `http://127.0.0.1:${port}` },
    [Symbol.asyncDispose]: async () => {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function mount({ config }: Served): McpServer {
  return createServer('s', config, () => ({ env: process.env, workspaceFolder: '/', version: '0' }));
}

describe.each([
  ['a program', async () => program()],
  ['a server at a URL', site],
])('%s', (_name, serve) => {
  test('has its tools called, with progress, and its user asked', async () => {
    await using served = await serve();
    const server = mount(served);
    const progress: unknown[] = [];
    await using user = await openServer(server, {
      askUser: async () => ({ action: 'accept', content: { name: 'Ada' } }),
    });
    expect(await user.call('add', { a: 1, b: 2 })).toBe('3');
    expect(await user.call('greet')).toBe('Hello Ada');
    expect(await user.call('count', {}, { progress: (notice) => progress.push(notice) })).toBe('3');
    expect(progress).toEqual([1, 2, 3].map((at) => ({ progress: at, total: 3 })));
    expect(await user.call('add', { a: 'x', b: 2 })).toMatchObject({ message: expect.stringContaining('Invalid') });
    const { info, ping } = await server.connection();
    await ping(new AbortController().signal);
    expect(info).toEqual({
      ...{ name: 'newer', version: '1', instructions: 'Be brief.' },
      ...{ hasTools: true, hasResources: true, hasPrompts: false, hasCompletions: false },
    });
  });

  test('reports changes of its list and of the resources that were subscribed to', async () => {
    await using served = await serve();
    const server = mount(served);
    await using user = await openServer(server);
    const { signal } = new AbortController();
    const connection = await server.connection();
    await connection.subscribe('note://a', signal);
    const updated = new Promise<string>((resolve) => server.onResourceUpdated(resolve));
    await user.call('touch');
    expect(await updated).toBe('note://a');
    expect(await connection.readResource('note://a', signal)).toMatchObject([{ uri: 'note://a', text: 'A note.' }]);
    await user.call('grow');
    await expect.poll(() => user.tools().map(({ name }) => name), { timeout: 120_000 }).toContain('s__new');
    expect(user.warnings).toEqual([]);
  });
});
