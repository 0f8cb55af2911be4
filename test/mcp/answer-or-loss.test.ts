// Owns claims about what is an answer of the server and what is a loss of the connection, and so about which calls are made twice.

import { describe, expect, test } from 'vitest';
import { ToolRetry } from '../../src/index.ts';
import { createServer } from '../../src/mcp/server.ts';
import { mountScripted, openServer, ScriptedServer } from './scripted-server.ts';
import { listenMcp } from './site.ts';

const LOST = 'The connection to the server `s` was lost during the call: whether it took effect is not known.';

describe('an error that the server answers with', () => {
  test.each<[string, unknown, string]>([
    ['the code of a closed connection', { code: -32_000, message: 'no such branch' }, 'no such branch'],
    ['the code of a time limit', { code: -32_001, message: 'the query took too long' }, 'the query took too long'],
    ['a status for a code', { code: 404, message: 'no such page' }, 'no such page'],
    ['words of a network', { code: -32_603, message: 'fetch failed' }, 'fetch failed'],
    ['words of a broken stream', { code: 1, message: 'terminated' }, 'terminated'],
    ['words of a closed transport', { code: 1, message: 'Not connected' }, 'Not connected'],
    ['words of the SDK', { code: -32_000, message: 'Connection closed' }, 'Connection closed'],
    ['data', { code: -32_042, message: 'visit a page', data: { more: 1 } }, 'visit a page'],
    ['no code', { message: 'it is late' }, 'it is late'],
    ['a code that is no number', { code: 'E_BUSY', message: 'it is busy' }, 'it is busy'],
    ['no message', { code: 7 }, '{"code":7}'],
    ['text alone', 'out of paper', 'out of paper'],
  ])('with %s is the reason that the model reads, and the connection stays', async (_name, error, told) => {
    const scripted = new ScriptedServer({
      'tools/call': ({ params }) => (params?.name === 'read' ? { error } : undefined),
    });
    await using server = await openServer(mountScripted(scripted));
    const other = server.call('work');
    expect(await server.call('read')).toEqual(new ToolRetry(`The server \`s\` refused the call: ${told}`));
    const [waiting] = scripted.received.filter(({ params }) => params?.name === 'work');
    scripted.send({ id: waiting?.id, result: { content: [{ type: 'text', text: 'not disturbed' }] } });
    expect(await other).toBe('not disturbed');
    expect([scripted.attempts, scripted.count('tools/call'), server.warnings]).toEqual([1, 2, []]);
  });
});

describe('an answer without a meaning', () => {
  test.each<[string, object, string]>([
    ['null', { result: null }, 'null'],
    ['a text', { result: 'done' }, 'a string'],
    ['a list', { result: [1] }, 'an array'],
    ['nothing', {}, 'nothing'],
  ])('(%s) is told at once, is not asked for again, and the connection stays', async (_name, answer, kind) => {
    const scripted = new ScriptedServer({ 'tools/call': () => answer });
    await using server = await openServer(mountScripted(scripted));
    expect(await server.call('read')).toEqual(
      new ToolRetry(
        `The server \`s\` answered with ${kind} in place of a result. Whether the call took effect is not known.`,
      ),
    );
    expect([scripted.attempts, scripted.count('tools/call')]).toEqual([1, 1]);
  });
});

describe('a connection that ends during a call', () => {
  test.each([
    ['work', 1, new ToolRetry(LOST)],
    ['read', 2, 'done'],
  ])('is a loss; `%s` is called %i times', async (name, times, outcome) => {
    const scripted: ScriptedServer = new ScriptedServer({
      'tools/call': (_message, attempt) => {
        if (attempt > 1) return { result: { content: [{ type: 'text', text: 'done' }] } };
        void scripted.close();
        return undefined;
      },
    });
    await using server = await openServer(mountScripted(scripted));
    expect(await server.call(name)).toEqual(outcome);
    expect(scripted.count('tools/call')).toBe(times);
  });

  test('right after the answer loses nothing', async () => {
    const scripted: ScriptedServer = new ScriptedServer({
      'tools/call': ({ id }) => {
        scripted.send({ id, result: { content: [{ type: 'text', text: 'the last word' }] } });
        void scripted.close();
        return undefined;
      },
    });
    await using server = await openServer(mountScripted(scripted));
    expect(await server.call('work')).toBe('the last word');
  });
});

describe('over HTTP', () => {
  const open = async (url: string) =>
    await openServer(
      createServer('s', { url: `${url}/mcp`, type: 'http' }, () => ({ env: {}, workspaceFolder: '/', version: '0' })),
    );

  test.each<[string, number, string, string]>([
    ['404', 404, 'no such tool', 'HTTP 404: no such tool'],
    ['400 about a session', 400, 'there is no session of parliament', 'HTTP 400: there is no session of parliament'],
    ['503', 503, 'try later', 'HTTP 503: try later'],
    [
      'an error of JSON-RPC as its body',
      400,
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32022,"message":"Unsupported protocol version"}}',
      'HTTP 400: Unsupported protocol version',
    ],
  ])(
    'a server without sessions that answers %s has answered, and is called once',
    async (_name, status, body, told) => {
      await using site = await listenMcp({
        'tools/call': (_message, response) => response.writeHead(status).end(body),
      });
      await using server = await open(site.url);
      expect(await server.call('work')).toEqual(new ToolRetry(`The server \`s\` refused the call: ${told}`));
      expect(site.seen.filter((method) => method === 'tools/call')).toHaveLength(1);
    },
  );

  test('a session that stays unknown is begun anew once, and the model reads that the call was not received', async () => {
    await using site = await listenMcp(
      { 'tools/call': (_message, response) => response.writeHead(404).end('gone') },
      'a',
    );
    await using server = await open(site.url);
    expect(await server.call('work')).toEqual(new ToolRetry('The server `s` did not receive the call: HTTP 404: gone'));
    expect(site.seen.filter((method) => method === 'tools/call' || method === 'initialize')).toEqual([
      'initialize',
      'tools/call',
      'initialize',
      'tools/call',
    ]);
  });

  test('a response that breaks off is a loss of that call alone', async () => {
    await using site = await listenMcp({
      'tools/call': (_message, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
        response.write('{"jsonrpc":', () => response.destroy());
      },
    });
    await using server = await open(site.url);
    expect(await server.call('work')).toEqual(new ToolRetry(LOST));
    expect(site.seen.filter((method) => method === 'initialize')).toHaveLength(1);
  });
});
