// Owns claims about limits in time, cancellation and retries.

import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { retryAfterMs, retryDelayMs } from '../../src/client/retry.ts';
import type { ClientOptions, RetryNotice, StreamEvent } from '../../src/index.ts';
import { ApiError, HttpError } from '../../src/index.ts';
import { answer, reply } from '../../src/testing/index.ts';
import { collect, essence, HI, pair, rejection } from '../support/client-helpers.ts';

const STALL_BEFORE = answer({ content: 'a b', stallAfter: 0 });
const STALL_WITHIN = answer({ content: 'a b', stallAfter: 700 });

describe('a limit in time', () => {
  test.each<[string, ClientOptions, string]>([
    ['to the first byte', { firstByteTimeoutMs: 30 }, 'first_byte_timeout'],
    ['of a whole answer', { timeoutMs: 30 }, 'timeout'],
    ['of the whole call', { totalTimeoutMs: 30 }, 'total_timeout'],
  ])('%s ends a request that is not streamed', async (_name, options, code) => {
    await using both = await pair([STALL_BEFORE], options);
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({
      kind: 'TimeoutError',
      code,
      retryable: true,
      requestId: expect.any(String),
    });
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test.each<[string, ClientOptions, string]>([
    ['to the first byte', { firstByteTimeoutMs: 30 }, 'first_byte_timeout'],
    ['to the beginning', { timeoutMs: 30 }, 'timeout'],
    ['of the whole call', { totalTimeoutMs: 30 }, 'total_timeout'],
  ])('%s ends a stream that does not begin, with one error', async (_name, options, code) => {
    await using both = await pair([STALL_BEFORE], options);
    expect(essence(await collect(both.client.chat.completions.stream(HI)))).toEqual([
      { type: 'error', kind: 'TimeoutError', code },
    ]);
  });

  test.each<[string, ClientOptions, string]>([
    ['between two chunks', { idleTimeoutMs: 30 }, 'idle_timeout'],
    ['of the whole call', { totalTimeoutMs: 50 }, 'total_timeout'],
  ])('%s ends a stream that stalls, with one error', async (_name, options, code) => {
    await using both = await pair([STALL_WITHIN], options);
    const events = essence(await collect(both.client.chat.completions.stream(HI)));
    expect(events.at(-1)).toEqual({ type: 'error', kind: 'TimeoutError', code });
    expect(events.filter((event) => (event as { type: string }).type === 'error')).toHaveLength(1);
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test('to the beginning never cuts a stream that flows', async () => {
    const steps = answer({ content: Array.from({ length: 20 }, () => 'a '), delayMs: 40 });
    await using both = await pair([steps], { timeoutMs: 500, firstByteTimeoutMs: 500 });
    const events = await collect(both.client.chat.completions.stream(HI));
    expect(essence(events).at(-1)).toEqual({ type: 'done', finishReasons: ['stop'] });
  });

  test('between two chunks stands still while the consumer works', async () => {
    const bytes = answer({ content: 'a b c d', chunking: 300, delayMs: 1 });
    await using both = await pair([bytes], { idleTimeoutMs: 400 });
    const types: StreamEvent['type'][] = [];
    for await (const event of both.client.chat.completions.stream(HI)) {
      types.push(event.type);
      if (types.length < 3) await new Promise((resolve) => setTimeout(resolve, 600));
    }
    expect(types.at(-1)).toBe('done');
  });

  test('of one request wins over the client’s', async () => {
    await using both = await pair([answer({ content: 'a', delayMs: 20 })], { totalTimeoutMs: 1 });
    expect((await both.client.chat.completions.create(HI, { totalTimeoutMs: 0 })).choices[0].message.content).toBe('a');
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

describe('retrying', () => {
  test.each([408, 429, 500, 502, 503, 504])('%i is tried again', async (status) => {
    await using both = await pair([reply({ status, body: {} }), answer({ content: 'ok' })], {
      maxRetries: 1,
      retryBaseMs: 1,
    });
    expect((await both.client.chat.completions.create(HI)).choices[0].message.content).toBe('ok');
  });

  test.each([400, 401, 403, 404, 422, 501])('%i is not', async (status) => {
    await using both = await pair([reply({ status, body: {} })], { maxRetries: 3, retryBaseMs: 1 });
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({ status });
  });

  test('is on by default, and off with maxRetries: 0', async () => {
    const failing = reply({ status: 500, body: {} });
    await using both = await pair([failing, answer({ content: 'ok' }), failing], { retryBaseMs: 1 });
    expect((await both.client.chat.completions.create(HI, { maxRetries: 2 })).choices[0].message.content).toBe('ok');
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({ status: 500 });
  });

  test('ends at the named maximum with the last error', async () => {
    const busy = reply({ status: 503, body: {} });
    await using both = await pair([busy, busy, busy], { maxRetries: 2, retryBaseMs: 1 });
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({ status: 503 });
  });

  test('takes a new request id each time, and tells of each', async () => {
    const notices: RetryNotice[] = [];
    const options = {
      maxRetries: 2,
      retryBaseMs: 100,
      random: () => 0.01,
      onRetry: (notice: RetryNotice) => notices.push(notice),
    };
    await using both = await pair(
      [
        reply({ status: 500, body: {} }),
        reply({ status: 503, headers: { 'retry-after': '0' }, body: {} }),
        answer({ content: 'ok' }),
      ],
      options,
    );
    await both.client.chat.completions.create(HI);
    const ids = both.vllm.requests.map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(3);
    expect(
      notices.map(({ attempt, delayMs, requestId, error }) => ({ attempt, delayMs, requestId, status: error.status })),
    ).toEqual([
      { attempt: 1, delayMs: 1, requestId: ids[0], status: 500 },
      { attempt: 2, delayMs: 0, requestId: ids[1], status: 503 },
    ]);
  });

  test('follows a connection that is reset before an answer', async () => {
    await using both = await pair([reply({ status: 200, body: 'x', resetAfter: 0 }), answer({ content: 'ok' })], {
      maxRetries: 1,
      retryBaseMs: 1,
    });
    expect((await both.client.chat.completions.create(HI)).choices[0].message.content).toBe('ok');
  });

  test('never follows the first streamed byte', async () => {
    await using both = await pair([answer({ content: 'a b', resetAfter: 400 })], { maxRetries: 3, retryBaseMs: 1 });
    expect(essence(await collect(both.client.chat.completions.stream(HI))).at(-1)).toMatchObject({
      type: 'error',
      code: 'stream_cut',
    });
    expect(both.vllm.requests).toHaveLength(1);
  });

  test('does not follow an error frame in the stream either', async () => {
    await using both = await pair([answer({ content: 'a', errorFrame: { message: 'busy', code: 503 } })], {
      maxRetries: 3,
    });
    const events = essence(await collect(both.client.chat.completions.stream(HI)));
    expect(events.at(-1)).toEqual({ type: 'error', kind: 'StreamError', code: 'error_frame' });
  });

  test('does not repeat a request that ran into its time limit', async () => {
    await using both = await pair([STALL_BEFORE], { maxRetries: 3, firstByteTimeoutMs: 20 });
    expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({ code: 'first_byte_timeout' });
  });
});

describe('the wait before a retry', () => {
  const policy = { maxRetries: 5, retryBaseMs: 500, maxRetryDelayMs: 4000 };
  const reset = new HttpError('reset', { code: 'connection_reset', retryable: true });
  const busy = (ms: number) =>
    new ApiError('busy', { code: 'overloaded', status: 503, retryable: true, retryAfterMs: ms });

  test('grows, is bounded, and is a random share', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => retryDelayMs(reset, attempt, policy, () => 1))).toEqual([
      500, 1000, 2000, 4000, 4000,
    ]);
    expect(retryDelayMs(reset, 3, policy, () => 0)).toBe(0);
    expect(retryDelayMs(reset, 6, policy, () => 1)).toBeUndefined();
  });

  test('is what the server asks for, unless that is too long', () => {
    expect(retryDelayMs(busy(3000), 1, policy, () => 0)).toBe(3000);
    expect(retryDelayMs(busy(5000), 1, policy, () => 0)).toBeUndefined();
  });

  test.each([
    ['5', 5000],
    ['0', 0],
    ['0.5', 500],
    ['Tue, 24 Nov 2026 00:00:10 GMT', 10_000],
    ['Mon, 23 Nov 2026 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Retry-After %j is %j ms', (header, ms) => {
    expect(retryAfterMs(header, Date.parse('Tue, 24 Nov 2026 00:00:00 GMT'))).toBe(ms);
  });
});
