// Owns the claims about handing events to a consumer with back-pressure.

import { expect, test } from 'vitest';
import { Channel } from '../../src/flow/channel.ts';

/** What a promise resolved to by now, or `pending`. */
async function now<T>(promise: Promise<T> | undefined): Promise<T | 'pending' | 'none'> {
  return promise === undefined ? 'none' : await Promise.race([promise, nextMicrotasks('pending' as const)]);
}

async function nextMicrotasks<T>(value: T): Promise<T> {
  for (let at = 0; at < 5; at++) await Promise.resolve();
  return value;
}

/** Gives a value, and what a giver is then asked to wait for. */
function give<T>(channel: Channel<T>, value: T): Promise<void> | undefined {
  channel.push(value);
  return channel.ready();
}

test('asks the giver to wait from the value that fills it, and until the consumer takes', async () => {
  const channel = new Channel<number>(3);
  const waits = [1, 2, 3, 4].map((value) => give(channel, value));
  expect(await Promise.all(waits.map(now))).toEqual(['none', 'none', 'pending', 'pending']);
  expect(await channel.take()).toEqual([1, 2, 3, 4]);
  expect(await Promise.all(waits.map(now))).toEqual(['none', 'none', undefined, undefined]);
  expect(await Promise.all([5, 6, 7].map((value) => now(give(channel, value))))).toEqual(['none', 'none', 'pending']);
});

test('never asks the giver to wait while the consumer waits', async () => {
  const channel = new Channel<number>(1);
  const taken = channel.take();
  expect(give(channel, 1)).toBeUndefined();
  expect(await taken).toEqual([1]);
});

test('gives what waits at once, and then each value as it comes', async () => {
  const channel = new Channel<number>(10);
  channel.push(1);
  channel.push(2);
  expect(await channel.take()).toEqual([1, 2]);
  const later = channel.take();
  expect(await now(later)).toBe('pending');
  channel.push(3);
  channel.push(4);
  expect([await later, await channel.take()]).toEqual([[3], [4]]);
});

test.each([
  ['nothing waits', [], [undefined, undefined]],
  ['values wait', [1, 2], [[1, 2], undefined]],
])('ends after what is left: %s', async (_name, values, taken) => {
  const channel = new Channel<number>(10);
  for (const value of values) channel.push(value);
  channel.end();
  channel.push(9);
  expect(channel.isEnded).toBe(values.length === 0);
  expect([await channel.take(), await channel.take()]).toEqual(taken);
  expect(channel.isEnded).toBe(true);
});

test('ends a consumer that waits', async () => {
  const channel = new Channel<number>(10);
  const taken = channel.take();
  channel.end();
  expect(await taken).toBeUndefined();
});

test('once discarded drops values and lets every giver go on', async () => {
  const channel = new Channel<number>(1);
  const wait = give(channel, 1);
  channel.discard();
  expect(await now(wait)).toBeUndefined();
  expect([give(channel, 2), channel.letCatchUp(), channel.isEnded]).toEqual([undefined, undefined, false]);
  expect(await channel.take()).toBeUndefined();
});

test('lets a consumer that works catch up, for one turn of the event loop', async () => {
  const channel = new Channel<number>(10);
  const order: string[] = [];
  channel.push(1);
  await channel.take();
  const consumer = (async () => {
    await new Promise((resolve) => setImmediate(resolve)); // its work on the value
    order.push('consumer');
  })();
  const caughtUp = channel.letCatchUp()?.then(() => order.push('giver'));
  expect(caughtUp).toBeInstanceOf(Promise);
  await Promise.all([consumer, caughtUp]);
  expect(order).toEqual(['consumer', 'giver']);
});

test('has nobody to wait for when the consumer waits already, or when it is over', () => {
  const waiting = new Channel<number>(10);
  void waiting.take();
  const ended = new Channel<number>(10);
  ended.end();
  expect([waiting.letCatchUp(), ended.letCatchUp()]).toEqual([undefined, undefined]);
});
