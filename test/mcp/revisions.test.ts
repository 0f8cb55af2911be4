// Owns claims about which revision of the protocol a server is spoken to in, over every kind of connection.

import { describe, expect, test } from 'vitest';
import { createServer } from '../../src/mcp/server.ts';
import type { McpServerConfig, Protocol } from '../../src/mcp/server-config.ts';
import { mountScripted, openServer, ScriptedServer } from './scripted-server.ts';
import { answerJson, listenMcp } from './site.ts';

const SURROUNDINGS = { env: {}, workspaceFolder: '/', version: '0' };
const UNSUPPORTED = { code: -32_022, message: 'too old', data: { supported: ['2026-07-28'], requested: '2025-11-25' } };
const UNKNOWN = { code: -32_601, message: 'no such method' };

/** A server that speaks one revision, and how it refuses the other. */
const NEWER = { initialize: () => ({ error: UNSUPPORTED }) };
const OLDER = { 'server/discover': () => ({ error: UNKNOWN }) };

const protocolOf = (protocol: Protocol | undefined) => (protocol === undefined ? {} : { protocol });

/** What a call gives, or why the server is not there. */
async function callAt(config: McpServerConfig): Promise<unknown> {
  try {
    await using user = await openServer(createServer('s', config, () => SURROUNDINGS));
    return await user.call('work');
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe('a server in this program', () => {
  test.each<[string, Protocol | undefined, ScriptedServer['answers'], unknown, readonly string[]]>([
    ['older', undefined, OLDER, 'done', ['initialize']],
    ['older', '2025-11-25', OLDER, 'done', ['initialize']],
    ['older', 'auto', OLDER, 'done', ['server/discover', 'initialize']],
    ['newer', undefined, NEWER, 'done', ['initialize', 'server/discover']],
    ['newer', 'auto', NEWER, 'done', ['server/discover']],
    ['newer', '2026-07-28', NEWER, 'done', ['server/discover']],
    ['both', undefined, {}, 'done', ['initialize']],
    ['both', 'auto', {}, 'done', ['server/discover']],
    ['newer', '2025-11-25', NEWER, 'MCP server `s`: connecting failed: too old', ['initialize']],
    [
      'older',
      '2026-07-28',
      OLDER,
      'MCP server `s`: connecting failed: the server does not speak the revision 2026-07-28',
      ['server/discover'],
    ],
    [
      'neither',
      'auto',
      { ...NEWER, ...OLDER },
      'MCP server `s`: connecting failed: too old',
      ['server/discover', 'initialize'],
    ],
  ])('%s, with `protocol` %s', async (_name, protocol, answers, expected, asked) => {
    const scripted = new ScriptedServer(answers);
    const config = { transport: scripted.transport, ...protocolOf(protocol) } as McpServerConfig;
    const result = await callAt(config);
    const first = scripted.received.filter(({ method }) => method === 'initialize' || method === 'server/discover');
    expect([result, first.map(({ method }) => method)]).toEqual([expected, asked]);
  });

  test('that answers a handshake with a newer revision is asked again in it', async () => {
    const newest = { protocolVersion: '2026-07-28', capabilities: {}, serverInfo: { name: 's', version: '1' } };
    const scripted = new ScriptedServer({ initialize: () => ({ result: newest }) });
    await using user = await openServer(mountScripted(scripted));
    expect([await user.call('work'), scripted.count('server/discover')]).toEqual(['done', 1]);
  });
});

describe('a server at a URL', () => {
  const discovered = {
    ...{ resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
    ...{ ttlMs: 0, cacheScope: 'private' },
  };
  type Answers = Parameters<typeof listenMcp>[0];
  const refuseWith =
    (status: number, body: string): Answers[string] =>
    (_message, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  const errorBody = (error: object) => JSON.stringify({ jsonrpc: '2.0', id: null, error });
  const newer: Answers = {
    initialize: refuseWith(400, errorBody(UNSUPPORTED)),
    'server/discover': ({ id }, response) => answerJson(response, { id, result: discovered }),
  };

  test.each<[string, Protocol | undefined, Answers, unknown, readonly string[]]>([
    ['newer', undefined, newer, 'done', ['initialize', 'server/discover', 'tools/list', 'tools/call']],
    ['newer', 'auto', newer, 'done', ['server/discover', 'tools/list', 'tools/call']],
    [
      'older, which does not know the method',
      'auto',
      { 'server/discover': ({ id }, response) => answerJson(response, { id, error: UNKNOWN }) },
      'done',
      ['server/discover', 'initialize', 'notifications/initialized', 'tools/list', 'tools/call'],
    ],
    [
      'older, which wants a session',
      'auto',
      { 'server/discover': refuseWith(400, 'Bad Request: No valid session ID provided') },
      'done',
      ['server/discover', 'initialize', 'notifications/initialized', 'tools/list', 'tools/call'],
    ],
    [
      'one that has failed',
      'auto',
      { 'server/discover': refuseWith(503, 'later') },
      expect.stringMatching(/^MCP server `s`: connecting to http:\/\/127\.0\.0\.1:\d+ failed: HTTP 503: later$/),
      ['server/discover'],
    ],
    [
      'one that wants a key',
      'auto',
      { 'server/discover': refuseWith(401, 'who are you') },
      expect.stringMatching(/ failed: it requires a key \(`headers`\) or a sign-in \(`auth`\): HTTP 401: who are you$/),
      ['server/discover'],
    ],
  ])('%s, with `protocol` %s', async (_name, protocol, answers, expected, seen) => {
    await using site = await listenMcp(answers);
    const result = await callAt({ url: site.url, ...protocolOf(protocol) });
    // Beside its requests, the SDK opens a stream for what belongs to none.
    expect([result, site.seen.filter((method) => method !== 'GET')]).toEqual([expected, seen]);
  });
});

describe('a program', () => {
  const program = (onDiscover: string): string => `
    const send = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      if (method === 'server/discover') ${onDiscover}
      else if (method === 'initialize')
        send(id, { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'p', version: '1' } });
      else if (method === 'tools/list') send(id, { tools: [{ name: 'work', inputSchema: { type: 'object' } }] });
      else if (id !== undefined) send(id, { content: [{ type: 'text', text: 'done' }] });
    });`;

  test.each([
    ['ends when it is asked something before the handshake', 'process.exit(1);', 300_000],
    // A third of the time is for the question that it does not answer.
    ['does not answer anything before the handshake', ';', 9000],
  ])('that %s is spoken to as an older one', async (_name, onDiscover, connectTimeoutMs) => {
    const args = ['-e', program(onDiscover)];
    const config = { command: process.execPath, args, protocol: 'auto', connectTimeoutMs } as const;
    expect(await callAt(config)).toBe('done');
  });

  test('that does not start is asked once', async () => {
    const config = {
      command: process.execPath,
      args: ['-e', 'console.error("no disk"); process.exit(7)'],
      protocol: 'auto',
    };
    expect(await callAt(config as McpServerConfig)).toMatch(/ended too early, with exit code 7:\nno disk$/);
  });
});
