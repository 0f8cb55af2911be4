// Owns claims about server-sent events of every form, and streams that break.

import { describe, expect, test } from 'vitest';
import { raw } from '../../src/testing/index.ts';
import { collect, DONE, essence, frame, HI, pair } from '../support/client-helpers.ts';
import { bytesOf, decodeChunks } from '../support/decode.ts';

const A = { type: 'content', delta: 'a', index: 0 };
const STOP = { type: 'done', finishReasons: ['stop'] };
const body = '{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}';

const COUNTS = '{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}';

/** A chunk that carries the counts so far. */
function counted(content: string, completion: number): string {
  const usage = { prompt_tokens: 1, completion_tokens: completion, total_tokens: 1 + completion };
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }], usage })}\n\n`;
}

describe('an event', () => {
  test.each([
    ['as vLLM sends it', `data: ${body}\n\n${DONE}`],
    ['without the space', `data:${body}\n\ndata:[DONE]\n\n`],
    ['with CRLF', `data: ${body}\r\n\r\ndata: [DONE]\r\n\r\n`],
    ['with CR alone', `data: ${body}\r\rdata: [DONE]\r\r`],
    ['after event and id lines', `event: message\nid: 7\ndata: ${body}\n\n${DONE}`],
    ['after a comment', `: keepalive\ndata: ${body}\n\n${DONE}`],
    ['after a comment of its own', `: keepalive\n\ndata: ${body}\n\n${DONE}`],
    ['after extra blank lines', `\n\n\ndata: ${body}\n\n\n\n${DONE}`],
    ['after a byte order mark', `\uFEFFdata: ${body}\n\n${DONE}`],
    ['over several lines', `data: ${body.replace(',', ',\ndata: ')}\n\n${DONE}`],
    ['without blank line at the end', `data: ${body}\n\ndata: [DONE]`],
    ['without line end at the end', `data: ${body}`],
    ['with unknown fields', `foo: bar\nretry: x\ndata: ${body}\n\n${DONE}`],
  ])('%s is read', (_name, text) => {
    expect(essence(decodeChunks([bytesOf(text)]))).toEqual([A, STOP]);
  });

  test.each([
    ['that is too long', 'x'.repeat(2000)],
    ['that is not JSON', 'oops'],
  ])('after the end %s does not matter', (_name, data) => {
    const bytes = bytesOf(`${frame({ content: 'a' }, 'stop')}${DONE}data: ${data}\n\n`);
    expect(essence(decodeChunks([bytes], { maxEventChars: 1000 }))).toEqual([A, STOP]);
  });

  test('that is cut in the middle of a character is read whole', () => {
    const bytes = bytesOf(frame({ content: '你好🌍' }, 'stop') + DONE);
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(essence(decodeChunks(chunks))).toEqual([{ ...A, delta: '你好🌍' }, STOP]);
  });
});

describe('a stream that breaks', () => {
  const half = frame({ content: 'a' });

  test.each([
    ['ends without finish reason', half, 'StreamError', 'stream_cut'],
    ['ends in the middle of an event', `${half}data: {"choi`, 'StreamError', 'stream_cut'],
    [
      'ends when only one of two choices was finished',
      half + frame({ content: 'b' }, 'stop', 1),
      'StreamError',
      'stream_cut',
    ],
    [
      'sends an error frame',
      `${half}data: {"error":{"message":"died","code":500}}\n\n${DONE}`,
      'StreamError',
      'error_frame',
    ],
    [
      'sends an error frame of the old shape',
      `${half}data: {"object":"error","message":"died","code":500}\n\n${DONE}`,
      'StreamError',
      'error_frame',
    ],
    ['sends an error that is text', `${half}data: {"error":"died"}\n\n${DONE}`, 'StreamError', 'error_frame'],
    ['is closed without finish reason and token counts', half + DONE, 'StreamError', 'stream_cut'],
    [
      'is closed while a call is open',
      half + frame({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":' } }] }) + DONE,
      'StreamError',
      'stream_cut',
    ],
    [
      'is closed after counts that came with every chunk',
      `${half}${counted('b', 1)}${counted('c', 2)}${DONE}`,
      'StreamError',
      'stream_cut',
    ],
    [
      'sends an error event with a flat body',
      `${half}event: error\ndata: {"message":"died"}\n\n${DONE}`,
      'StreamError',
      'error_frame',
    ],
    ['sends an error event with text', `${half}event: error\ndata: died\n\n${DONE}`, 'StreamError', 'error_frame'],
    [
      'sends an error event that looks like a chunk',
      `${half}event: error\n${frame({ content: 'b' }, 'stop')}${DONE}`,
      'StreamError',
      'error_frame',
    ],
    ['sends a flat error without a name', `${half}data: {"message":"died"}\n\n${DONE}`, 'StreamError', 'error_frame'],
    ['sends an error of a framework', `${half}data: {"detail":"died"}\n\n${DONE}`, 'StreamError', 'error_frame'],
    [
      'sends what is no JSON',
      `${half}data: {oops}\n\n${frame({ content: 'b' }, 'stop')}${DONE}`,
      'ParseError',
      'bad_event',
    ],
    ['sends JSON that is no object', `${half}data: 5\n\n${DONE}`, 'ParseError', 'bad_event'],
  ])('%s: gives what came, then one error', async (_name, bytes, kind, code) => {
    await using both = await pair([raw({ bytes })]);
    const events = essence(await collect(both.client.chat.completions.stream(HI)));
    expect(events[0]).toEqual(A);
    expect(events.at(-1)).toEqual({ type: 'error', kind, code });
    expect(events.filter((event) => ['done', 'error'].includes((event as { type: string }).type))).toHaveLength(1);
  });

  test('is reset: gives what came, then one error', async () => {
    await using both = await pair([raw({ bytes: half + half, resetAfter: half.length })]);
    expect(essence(await collect(both.client.chat.completions.stream(HI)))).toEqual([
      A,
      { type: 'error', kind: 'StreamError', code: 'stream_cut' },
    ]);
  });

  test('after every choice was finished is whole all the same', async () => {
    const bytes = frame({ content: 'a' }, 'stop');
    await using both = await pair([raw({ bytes: `${bytes}data: [DO` }), raw({ bytes })]);
    for (const _ of [1, 2]) expect(essence(await collect(both.client.chat.completions.stream(HI)))).toEqual([A, STOP]);
  });

  test.each([
    ['the token counts, which come last', `data: {"choices":[],"usage":${COUNTS}}\n\n`],
    ['counts with every chunk and once more at the end', `${counted('', 1)}data: {"choices":[],"usage":${COUNTS}}\n\n`],
  ])('closed without finish reason after %s is whole', async (_name, bytes) => {
    await using both = await pair([raw({ bytes: frame({ content: 'a' }) + bytes + DONE })]);
    expect(essence(await collect(both.client.chat.completions.stream(HI)))).toEqual([
      A,
      { type: 'done', finishReasons: [null] },
    ]);
  });

  test.each([
    ['a ping', 'event: ping\ndata: {"type":"ping"}\n\n'],
    ['a ping without data', 'event: ping\ndata:\n\n'],
    ['a ping of text', 'event: heartbeat\ndata: still here\n\n'],
    ['an empty event', 'data:\n\n'],
  ])('%s between its chunks changes nothing', async (_name, bytes) => {
    await using both = await pair([raw({ bytes: bytes + frame({ content: 'a' }) + bytes + frame({}, 'stop') + DONE })]);
    expect(essence(await collect(both.client.chat.completions.stream(HI)))).toEqual([A, STOP]);
  });

  test.each([
    [
      'an object',
      '{"message":"died","type":"upstream","code":503}',
      { message: 'died', status: 503, type: 'upstream' },
    ],
    ['text', 'died', { message: 'died', status: 500, type: undefined }],
    ['nothing readable', '{}', { message: 'the server gave no message', status: 500, type: undefined }],
  ])('is told with what an error event of %s holds', (_name, data, { message, status, type }) => {
    const [last] = decodeChunks([bytesOf(`event: error\ndata: ${data}\n\n`)]).slice(-1);
    expect(last).toMatchObject({ error: { status, cause: { type, message: expect.stringContaining(message) } } });
  });

  test('is told with the server’s own error as cause', () => {
    const [last] = decodeChunks([
      bytesOf('data: {"error":{"message":"engine died","type":"InternalServerError","code":503}}\n\n'),
    ]).slice(-1);
    expect(last).toMatchObject({
      error: { status: 503, retryable: true, cause: { kind: 'ApiError', type: 'InternalServerError' } },
    });
  });
});
