// Owns claims about limits in time and cancellation.

import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { ClientOptions, StreamEvent } from '../../src/index.ts';
import { VllmClient } from '../../src/index.ts';
import { answer, reply } from '../../src/testing/index.ts';
import { collect, DONE, essence, frame, HI, pair, rejection } from '../support/client-helpers.ts';
import type { ManualExchange } from '../support/manual-server.ts';
import type { Timed } from '../support/timed.ts';
import { advance, NO_LIMITS, settlesAfter, timed } from '../support/timed.ts';

const STALL_BEFORE = answer({ content: 'a b', stallAfter: 0 });
const STALL_WITHIN = answer({ content: 'a b', stallAfter: 700 });

const WHOLE = JSON.stringify({
  id: 'x',
  choices: [{ index: 0, message: { content: 'whole' }, finish_reason: 'stop' }],
});
/** Longer than all that is awaited. */
const AGE_MS = 1_000_000;

describe('a limit in time', () => {
  test.each<[string, ClientOptions, string, RegExp]>([
    ['to the first byte', { firstByteTimeoutMs: 300 }, 'first_byte_timeout', /^No byte .*300 ms.*`firstByteTimeoutMs`/],
    ['of a whole answer', { timeoutMs: 300 }, 'timeout', /^The answer .*300 ms.*`timeoutMs`/],
    ['of the whole call', { totalTimeoutMs: 300 }, 'total_timeout', /^The call .*300 ms.*`totalTimeoutMs`/],
  ])('%s ends a request that is not streamed', async (_name, options, code, message) => {
    await using both = await timed(options);
    const failed = rejection(both.client.chat.completions.create(HI));
    const exchange = await both.server.next();
    expect(await settlesAfter(300, failed)).toMatchObject({
      kind: 'TimeoutError',
      code,
      message: expect.stringMatching(message),
      retryable: true,
      requestId: expect.any(String),
    });
    await exchange.dropped;
  });

  test.each<[string, ClientOptions, string]>([
    ['to the first byte', { firstByteTimeoutMs: 300 }, 'first_byte_timeout'],
    ['to the beginning', { timeoutMs: 300 }, 'timeout'],
    ['of the whole call', { totalTimeoutMs: 300 }, 'total_timeout'],
  ])('%s ends a stream that does not begin, with one error', async (_name, options, code) => {
    await using both = await timed(options);
    const events = collect(both.client.chat.completions.stream(HI));
    const exchange = await both.server.next();
    expect(essence(await settlesAfter(300, events))).toEqual([{ type: 'error', kind: 'TimeoutError', code }]);
    await exchange.dropped;
  });

  test.each([
    ['a stream', true, 600_000],
    ['a whole answer', false, 3_600_000],
  ])('to the first byte of %s has a default', async (_name, isStreamed, ms) => {
    const { firstByteTimeoutMs: _unset, ...others } = NO_LIMITS;
    await using both = await timed({});
    await using client = new VllmClient(both.server.baseUrl, others);
    const { completions } = client.chat;
    const failed = rejection(isStreamed ? completions.create({ ...HI, stream: true }) : completions.create(HI));
    await both.server.next();
    expect(await settlesAfter(ms, failed)).toMatchObject({ code: 'first_byte_timeout' });
  });

  test.each<[string, ClientOptions, string]>([
    ['between two chunks', { idleTimeoutMs: 300 }, 'idle_timeout'],
    ['of the whole call', { totalTimeoutMs: 300 }, 'total_timeout'],
  ])('%s ends a stream that stalls, with one error', async (_name, options, code) => {
    await using both = await timed(options);
    const events = both.client.chat.completions.stream(HI)[Symbol.asyncIterator]();
    const first = events.next();
    const exchange = await both.server.next();
    exchange.begin();
    exchange.write(frame({ content: 'a' }));
    expect((await first).value).toEqual({ type: 'content', delta: 'a', index: 0 });
    const rest = collect(events);
    expect(essence(await settlesAfter(300, rest))).toEqual([{ type: 'error', kind: 'TimeoutError', code }]);
    await exchange.dropped;
  });

  test('to the beginning never cuts a stream that flows', async () => {
    await using both = await timed({ timeoutMs: 300, firstByteTimeoutMs: 300 });
    const events = both.client.chat.completions.stream(HI)[Symbol.asyncIterator]();
    const first = events.next();
    const exchange = await both.server.next();
    exchange.begin();
    exchange.write(frame({ content: 'a' }));
    await first;
    await advance(AGE_MS);
    exchange.end(frame({ content: 'b' }, 'stop') + DONE);
    expect(essence(await collect(events))).toEqual([
      { type: 'content', delta: 'b', index: 0 },
      { type: 'done', finishReasons: ['stop'] },
    ]);
  });

  test('between two chunks stands still while the consumer works', async () => {
    await using both = await timed({ idleTimeoutMs: 300 });
    const events = both.client.chat.completions.stream(HI)[Symbol.asyncIterator]();
    const first = events.next();
    const exchange = await both.server.next();
    exchange.begin();
    exchange.write(frame({ content: 'a' }));
    await first;
    const second = events.next(); // waits, so the clock runs
    exchange.write(frame({ content: 'b' }));
    await second;
    await advance(AGE_MS); // nobody waits
    const third = events.next();
    await advance(299); // its time has begun anew
    exchange.write(frame({ content: 'c' }));
    expect((await third).value).toEqual({ type: 'content', delta: 'c', index: 0 });
    expect(essence(await settlesAfter(300, collect(events)))).toEqual([
      { type: 'error', kind: 'TimeoutError', code: 'idle_timeout' },
    ]);
  });

  test.each([
    ['of one request wins over the client’s', { totalTimeoutMs: 300 }, { totalTimeoutMs: 0 }],
    ['that is longer than a timer can keep is none', { totalTimeoutMs: 2 ** 31 }, {}],
  ])('%s', async (_name, options, request) => {
    await using both = await timed(options);
    const answered = both.client.chat.completions.create(HI, request);
    const exchange = await both.server.next();
    await advance(AGE_MS);
    exchange.begin('application/json');
    exchange.end(WHOLE);
    expect((await answered).choices[0].message.content).toBe('whole');
  });

  test('that passed is not followed by another attempt', async () => {
    await using both = await timed({ maxRetries: 3, firstByteTimeoutMs: 300 });
    const failed = rejection(both.client.chat.completions.create(HI));
    await both.server.next();
    expect(await settlesAfter(300, failed)).toMatchObject({ code: 'first_byte_timeout' });
    expect(both.server.count()).toBe(1);
  });

  test('to the connection is a failure of its own', async () => {
    const { Agent } = await import('undici');
    const cause = Object.assign(new Error('Connect Timeout Error'), { code: 'UND_ERR_CONNECT_TIMEOUT' });
    await using both = await pair([], {
      dispatcher: new Agent({ connect: (_options, callback) => callback(cause, null) }),
    });
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({
      kind: 'TimeoutError',
      code: 'connect_timeout',
      retryable: true,
    });
  });
});

describe('cancelling', () => {
  test('before the request sends nothing', async () => {
    await using both = await pair();
    expect(await rejection(both.client.chat.completions.create(HI, { signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'AbortError',
      code: 'aborted',
      retryable: false,
    });
    expect(both.vllm.requests).toEqual([]);
  });

  test('while waiting for the answer reaches the server', async () => {
    await using both = await pair([STALL_BEFORE]);
    const controller = new AbortController();
    const pending = rejection(both.client.chat.completions.create(HI, { signal: controller.signal }));
    while (both.vllm.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    expect(await pending).toMatchObject({ kind: 'AbortError', cause: 'enough' });
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test('in a stream ends it with one error', async () => {
    await using both = await pair([STALL_WITHIN]);
    const controller = new AbortController();
    const events: StreamEvent[] = [];
    for await (const event of both.client.chat.completions.stream(HI, { signal: controller.signal })) {
      events.push(event);
      controller.abort();
    }
    expect(essence(events).at(-1)).toEqual({ type: 'error', kind: 'AbortError', code: 'aborted' });
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test('while waiting for a retry ends the wait', async () => {
    const busy = reply({ status: 503, headers: { 'retry-after': '50' }, body: {} });
    const controller = new AbortController();
    await using both = await pair([busy], { maxRetries: 1, onRetry: () => controller.abort() });
    expect(await rejection(both.client.chat.completions.create(HI, { signal: controller.signal }))).toMatchObject({
      kind: 'AbortError',
    });
  });

  test('leaves no listener on the caller’s signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await using both = await pair([
      answer({ content: 'a' }),
      answer({ content: 'a' }),
      reply({ status: 400, body: {} }),
      STALL_WITHIN,
    ]);
    const { completions } = both.client.chat;
    await completions.create(HI, { signal });
    await collect(completions.stream(HI, { signal }));
    await rejection(completions.create(HI, { signal }));
    for await (const _ of completions.stream(HI, { signal })) break;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('comments that keep a silent stream open', () => {
  const COMMENT = ': keep-alive\n\n';

  /** A stream whose consumer waits, and its server's side. */
  async function waiting(both: Timed) {
    const events = collect(both.client.chat.completions.stream(HI));
    const exchange = await both.server.next();
    exchange.begin();
    return { events, exchange };
  }

  /** Lets the clock move on while a comment comes every 200 ms. */
  async function comment(exchange: ManualExchange, times: number): Promise<void> {
    for (let at = 0; at < times; at++) {
      exchange.write(COMMENT);
      await arrived();
      await advance(200);
    }
  }

  /** Bytes reach a client of the same process within a few turns of the event loop. */
  async function arrived(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  test('renew the limit between two pieces', async () => {
    await using both = await timed({ idleTimeoutMs: 300 });
    const { events, exchange } = await waiting(both);
    exchange.write(frame({ content: 'a' }));
    await arrived();
    await comment(exchange, 10);
    exchange.end(frame({ content: 'b' }, 'stop') + DONE);
    expect(essence(await events)).toEqual([
      { type: 'content', delta: 'a', index: 0 },
      { type: 'content', delta: 'b', index: 0 },
      { type: 'done', finishReasons: ['stop'] },
    ]);
  });

  test.each<[string, ClientOptions, string]>([
    ['to the first byte', { firstByteTimeoutMs: 1000 }, 'first_byte_timeout'],
    ['to the beginning', { timeoutMs: 1000 }, 'timeout'],
  ])('are no beginning for the limit %s', async (_name, options, code) => {
    await using both = await timed({ idleTimeoutMs: 300, ...options });
    const { events, exchange } = await waiting(both);
    await comment(exchange, 4);
    exchange.write(COMMENT);
    await arrived();
    expect(essence(await settlesAfter(200, events))).toEqual([{ type: 'error', kind: 'TimeoutError', code }]);
    await exchange.dropped;
  });

  test('hold a stream that stopped no longer than one that does not begin', async () => {
    await using both = await timed({ idleTimeoutMs: 300, firstByteTimeoutMs: 1000 });
    const { events, exchange } = await waiting(both);
    exchange.write(frame({ content: 'a' }));
    await arrived();
    await comment(exchange, 4);
    exchange.write(frame({ content: 'b' })); // its time begins anew
    await arrived();
    await comment(exchange, 5);
    exchange.write(COMMENT);
    await arrived();
    expect(essence(await events)).toEqual([
      { type: 'content', delta: 'a', index: 0 },
      { type: 'content', delta: 'b', index: 0 },
      { type: 'error', kind: 'TimeoutError', code: 'idle_timeout' },
    ]);
    await exchange.dropped;
  });
});
