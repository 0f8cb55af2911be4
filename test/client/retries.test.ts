// Owns claims about retries: which failures are followed by another attempt, and how long the wait before it is.

import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { retryAfterMs, retryDelayMs } from '../../src/client/retry.ts';
import type { ClientOptions, RequestDispatcher, RetryNotice } from '../../src/index.ts';
import { ApiError, HttpError, StreamError, TimeoutError } from '../../src/index.ts';
import { answer, reply } from '../../src/testing/index.ts';
import { collect, essence, HI, pair, rejection } from '../support/client-helpers.ts';
import { advance, timed } from '../support/timed.ts';

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
});

test('an attempt waits for as long as its notice says', async () => {
  const waits: number[] = [];
  const agent = new Agent();
  let sent = 0;
  const dispatcher: RequestDispatcher = {
    dispatch(options, handler) {
      sent++;
      return agent.dispatch(options, handler);
    },
  };
  const options: ClientOptions = {
    maxRetries: 1,
    retryBaseMs: 400,
    dispatcher,
    random: () => 0.5,
    onRetry: ({ delayMs }) => waits.push(delayMs),
  };
  await using both = await timed(options);
  const answered = rejection(both.client.chat.completions.create(HI));
  const refuse = async (): Promise<void> => (await both.server.next()).end('', 503);
  await refuse();
  while (waits.length === 0) await advance(0);
  await advance(199);
  expect([waits, sent]).toEqual([[200], 1]);
  await advance(1);
  expect(sent).toBe(2);
  await refuse();
  expect(await answered).toMatchObject({ status: 503 });
  expect([waits, sent]).toEqual([[200], 2]);
  await agent.close();
});

describe('the wait before a retry', () => {
  const policy = { maxRetries: 5, retryBaseMs: 500, maxRetryDelayMs: 4000 };
  const api = (retryable: boolean, retryAfterMs?: number) =>
    new ApiError('x', { code: 'overloaded', status: 503, retryable, retryAfterMs });
  const reset = new HttpError('x', { code: 'connection_reset', retryable: true });

  test.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [4, 4000],
    [5, 4000],
    [6, undefined],
  ])(
    'after attempt %i is at most %j ms: it doubles, up to the bound, for as many attempts as are allowed',
    (attempt, ms) => {
      expect(retryDelayMs(reset, attempt, policy, () => 1)).toBe(ms);
    },
  );

  test.each([
    [0, 0],
    [0.25, 500],
    [0.9999, 1999],
  ])('is the share %j of its bound, in whole milliseconds', (share, ms) => {
    expect(retryDelayMs(reset, 3, policy, () => share)).toBe(ms);
  });

  test.each([
    ['a server that asks for 3 s', api(true, 3000), 3000],
    ['a server that asks for none', api(true, 0), 0],
    ['a server that asks for the longest wait', api(true, 4000), 4000],
    ['a server that asks for more than that', api(true, 4001), undefined],
    ['a refusal that no repetition helps', api(false), undefined],
    ['a refusal that no repetition helps, whatever wait it names', api(false, 0), undefined],
    ['a connection that was refused', new HttpError('x', { code: 'connection_failed', retryable: true }), 500],
    ['a connection that was reset', reset, 500],
    ['no connection in time', new TimeoutError('x', { code: 'connect_timeout', retryable: true }), 500],
    ['no byte in time', new TimeoutError('x', { code: 'first_byte_timeout', retryable: true }), undefined],
    ['a broken stream', new StreamError('x', { code: 'stream_cut', retryable: true }), undefined],
    ['a certificate that is not valid', new HttpError('x', { code: 'tls_failed' }), undefined],
  ])('of %s', (_name, error, ms) => {
    expect(retryDelayMs(error, 1, policy, () => 1)).toBe(ms);
  });

  test('is none with no retries', () => {
    expect(retryDelayMs(reset, 1, { ...policy, maxRetries: 0 }, () => 1)).toBeUndefined();
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
