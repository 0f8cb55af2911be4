// Owns claims about what comes in HTTP responses: its size, compressed or not, its form, and the end of a request whose response has none.

import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ToolRetry } from '../../src/index.ts';
import { screenedFetch } from '../../src/mcp/http-messages.ts';
import { createServer } from '../../src/mcp/server.ts';
import type { Received } from './scripted-server.ts';
import { openServer } from './scripted-server.ts';
import { answerJson, listen, listenMcp } from './site.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };
const LONG_BYTES = 34 * 1024 * 1024;
const LONG = 'y'.repeat(LONG_BYTES);
const textResult = (id: number, text: string) =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text }] } });
const event = (data: string) => `data: ${data}\n\n`;
const at = (url: string) =>
  createServer('s', { url: `${url}/mcp`, type: 'http' }, () => ({ env: {}, workspaceFolder: '/', version: '0' }));
const unusable = (what: string) =>
  new ToolRetry(`The server \`s\` ${what}. Whether the call took effect is not known.`);
const TOO_LONG = unusable('gave an answer that is longer than 33554432 bytes and was dropped: ask for less');
const LOST = new ToolRetry(
  'The connection to the server `s` was lost during the call: whether it took effect is not known.',
);

type Answer = (message: Received, response: ServerResponse) => unknown;

/** What a call is told that is answered so; the next call must be right. */
async function told(answer: Answer): Promise<unknown> {
  let calls = 0;
  await using site = await listenMcp({
    'tools/call': (message, response) =>
      calls++ === 0 ? answer(message, response) : answerJson(response, JSON.parse(textResult(message.id, 'right'))),
  });
  await using server = await openServer(at(site.url));
  const outcome = await server.call('work');
  expect(await server.call('work')).toBe('right');
  expect(site.seen.filter((method) => method === 'initialize')).toHaveLength(1);
  return outcome;
}

describe('an answer that is too long', () => {
  test.each<[string, Answer]>([
    ['as JSON', ({ id }, response) => response.writeHead(200, JSON_TYPE).end(textResult(id, LONG))],
    ['as an event', ({ id }, response) => response.writeHead(200, EVENTS).end(event(textResult(id, LONG)))],
    [
      'compressed, as JSON',
      ({ id }, response) =>
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(textResult(id, LONG))),
    ],
    [
      'compressed, as an event',
      ({ id }, response) =>
        response.writeHead(200, { ...EVENTS, 'content-encoding': 'gzip' }).end(gzipSync(event(textResult(id, LONG)))),
    ],
  ])('is dropped, and the connection stays (%s)', async (_name, answer) => {
    expect(await told(answer)).toEqual(TOO_LONG);
  });

  test('in many small parts is dropped', async () => {
    const parts = `{"jsonrpc":"2.0","id":1,"result":{"a":[${'[],'.repeat(400_000)}0]}}`;
    const outcome = await told((_message, response) => response.writeHead(200, JSON_TYPE).end(parts));
    expect(outcome).toEqual(unusable('gave an answer that is of more than 250000 parts and was dropped: ask for less'));
  });

  test('to the start fails it', async () => {
    await using site = await listen((_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(LONG));
    });
    await expect(at(site.url).connection()).rejects.toThrow('gave an answer that is of more than 6291456 characters');
  });

  test('is dropped where it is no message, too', async () => {
    await using site = await listen((_request, response) => void response.writeHead(200, JSON_TYPE).end(LONG));
    const peer = { currentRequest: 1, isWaiting: () => true, deliver: () => {}, fail: () => {}, failAll: () => {} };
    const response = await screenedFetch(fetch, peer)(site.url, { headers: { accept: 'application/json' } });
    await expect(response.text()).rejects.toThrow('gave an answer that is longer than 1048576 bytes');
  });

  test('is none of many short events', async () => {
    const notice = event('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"debug","data":"x"}}');
    const outcome = await told(({ id }, response) =>
      response.writeHead(200, EVENTS).end(`${notice.repeat(1000)}${event(textResult(id, 'y'.repeat(1000)))}`),
    );
    expect(outcome).toBe('y'.repeat(1000));
  });
});

describe('an answer in another form', () => {
  const json =
    (text: string): Answer =>
    (_message, response) =>
      response.writeHead(200, JSON_TYPE).end(text);
  const own =
    (make: (id: number) => string): Answer =>
    ({ id }, response) =>
      json(make(id))({ id } as Received, response);
  const streamed =
    (make: (id: number) => string): Answer =>
    ({ id }, response) =>
      response.writeHead(200, EVENTS).end(event(make(id)));
  const NOT_OURS = unusable('answered something else than the request');

  test.each<[string, Answer, unknown]>([
    [
      'null',
      own((id) => `{"jsonrpc":"2.0","id":${id},"result":null}`),
      unusable('answered with null in place of a result'),
    ],
    [
      'null in an event',
      streamed((id) => `{"jsonrpc":"2.0","id":${id},"result":null}`),
      unusable('answered with null in place of a result'),
    ],
    [
      'a text for an error',
      streamed((id) => `{"jsonrpc":"2.0","id":${id},"error":"full"}`),
      new ToolRetry('The server `s` refused the call: full'),
    ],
    ['another id', json('{"jsonrpc":"2.0","id":99,"result":{}}'), NOT_OURS],
    ['another id in an event', streamed(() => '{"jsonrpc":"2.0","id":99,"result":{}}'), LOST],
    ['a list of messages', own((id) => `[{"jsonrpc":"2.0","method":"x"},${textResult(id, 'in a list')}]`), 'in a list'],
    ['fields that nobody knows', own((id) => textResult(id, 'more').replace('{', '{"more":1,')), 'more'],
    [
      'wrong _meta',
      own((id) => textResult(id, 'meta').replace('"result":{', '"result":{"_meta":{"progressToken":[]},')),
      'meta',
    ],
    ['an id as text', own((id) => textResult(id, 'text').replace(`"id":${id}`, `"id":"${id}"`)), 'text'],
    ['no JSON', json('<html>'), unusable('answered with text that is not JSON')],
    [
      'nothing, accepted',
      (_message, response) => response.writeHead(202).end(),
      unusable('accepted the request and gave no answer'),
    ],
    ['no event', (_message, response) => response.writeHead(200, EVENTS).end(), LOST],
    [
      'events that break off',
      (_message, response) => response.writeHead(200, EVENTS).write(': x\n\n', () => response.destroy()),
      LOST,
    ],
    [
      'an event that cannot be resumed',
      (_message, response) => response.writeHead(200, EVENTS).end('id: 1\nretry: 1\ndata:\n\n'),
      LOST,
    ],
    [
      'a web page',
      (_message, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      new ToolRetry('The server `s` refused the call: Unexpected content type: text/html'),
    ],
  ])('%s is told at once, and the connection stays', async (_name, answer, outcome) => {
    expect(await told(answer)).toEqual(outcome);
  });
});

test('events that come in pieces are not counted together', async () => {
  const encoder = new TextEncoder();
  const data = `data: {"jsonrpc":"2.0","method":"${'x'.repeat(1_000_000)}"}`;
  let delivered = 0;
  const peer = {
    currentRequest: 3,
    isWaiting: () => true,
    deliver: () => void delivered++,
    fail: () => {},
    failAll: () => {},
  };
  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < 40; at++)
        for (const piece of [data, '\r', '\n', '\r', '\n']) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
  const plain = async () => new Response(body, { headers: EVENTS });
  await (await screenedFetch(plain, peer)('http://x', { headers: { accept: 'text/event-stream' } })).text();
  expect(delivered).toBe(40);
});

test('an event is the same at any split', async () => {
  const text = `id: 7\r\ndata: ${textResult(3, 'é🗼')}\r\n\r\n: note\n\nretry: 1\n\ndata: {"jsonrpc":"2.0",\ndata: "method":"x"}\n\n`;
  const bytes = new TextEncoder().encode(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const delivered: unknown[] = [];
    const peer = {
      currentRequest: 3,
      isWaiting: () => false,
      deliver: (value: unknown) => delivered.push(value),
      fail: () => {},
      failAll: () => {},
    };
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.subarray(0, cut));
        controller.enqueue(bytes.subarray(cut));
        controller.close();
      },
    });
    const plain = async () => new Response(body, { headers: EVENTS });
    const response = await screenedFetch(plain, peer)('http://x', { headers: { accept: 'text/event-stream' } });
    expect(await response.text()).toBe('id: 7\ndata: {"jsonrpc":"2.0","id":3,"result":{}}\n\nretry: 250\n\ndata:\n\n');
    expect(delivered).toEqual([JSON.parse(textResult(3, 'é🗼')), { jsonrpc: '2.0', method: 'x' }]);
  }
});
