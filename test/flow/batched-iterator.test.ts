// Owns the claims about giving out one by one what comes many at once.

import { expect, test } from 'vitest';
import { BatchedIterator } from '../../src/flow/batched-iterator.ts';

function batchesOf(batches: readonly (readonly number[] | Error)[]) {
  const rest = batches.values();
  const closed: string[] = [];
  const next = async (): Promise<readonly number[] | undefined> => {
    const { value } = rest.next();
    if (value instanceof Error) throw value;
    return value;
  };
  return { next, close: () => void closed.push('closed'), closed };
}

test('gives every value once, in order, and closes at the end', async () => {
  const batches = batchesOf([[1, 2], [3]]);
  const values: number[] = [];
  for await (const value of new BatchedIterator(batches)) values.push(value);
  expect([values, batches.closed]).toEqual([[1, 2, 3], ['closed']]);
});

test('answers steps in the order in which they were asked for, whenever that is', async () => {
  const iterator = new BatchedIterator(batchesOf([[1, 2, 3], [4]]));
  const first = iterator.next();
  const second = iterator.next();
  const late = first.then(() => iterator.next());
  const steps = await Promise.all([first, second, late, second.then(() => iterator.next())]);
  expect(steps.map(({ value }) => value)).toEqual([1, 2, 3, 4]);
});

test('closes once when the consumer leaves, after the step under way', async () => {
  const batches = batchesOf([[1, 2]]);
  const iterator = new BatchedIterator(batches);
  const [step, left, again] = await Promise.all([iterator.next(), iterator.return(), iterator.next()]);
  expect([step.value, left.done, again.done, batches.closed]).toEqual([1, true, true, ['closed']]);
});

test('throws what its source throws, after what came before it, and closes', async () => {
  const batches = batchesOf([[1], new Error('broken')]);
  const values: number[] = [];
  const reading = (async () => {
    for await (const value of new BatchedIterator(batches)) values.push(value);
  })();
  await expect(reading).rejects.toThrow('broken');
  expect([values, batches.closed]).toEqual([[1], ['closed']]);
});

test('gives a last value for what its source throws, where there is one', async () => {
  const batches = batchesOf([[1], new Error('broken'), [2]]);
  const values: number[] = [];
  for await (const value of new BatchedIterator({ ...batches, lastFor: () => -1 })) values.push(value);
  expect([values, batches.closed]).toEqual([[1, -1], ['closed']]);
});

test('asks for a batch only when all values before it were given, and never after the end', async () => {
  const batches = batchesOf([[1, 2], [3]]);
  let asked = 0;
  const next = (): Promise<readonly number[] | undefined> => {
    asked++;
    return batches.next();
  };
  const iterator = new BatchedIterator({ ...batches, next });
  const counts: number[] = [];
  for (let at = 0; at < 6; at++) {
    await iterator.next();
    counts.push(asked);
  }
  expect([counts, batches.closed]).toEqual([[1, 1, 2, 3, 3, 3], ['closed']]);
});

test('after a failure asks for nothing more, and says that it is over', async () => {
  const batches = batchesOf([new Error('broken'), [1]]);
  const iterator = new BatchedIterator(batches);
  await expect(iterator.next()).rejects.toThrow('broken');
  expect([await iterator.next(), batches.closed]).toEqual([{ done: true, value: undefined }, ['closed']]);
});

test('closes only after the last value that stands for a failure was taken', async () => {
  const batches = batchesOf([new Error('broken')]);
  const iterator = new BatchedIterator({ ...batches, lastFor: (error) => (error instanceof Error ? -1 : undefined) });
  const last = await iterator.next();
  const closedBefore = [...batches.closed];
  const end = await iterator.next();
  expect([last, closedBefore, end, batches.closed]).toEqual([
    { done: false, value: -1 },
    [],
    { done: true, value: undefined },
    ['closed'],
  ]);
});

test('throws what its source throws when no last value stands for it', async () => {
  const batches = batchesOf([new Error('broken')]);
  const iterator = new BatchedIterator({ ...batches, lastFor: () => undefined });
  await expect(iterator.next()).rejects.toThrow('broken');
  expect(batches.closed).toEqual(['closed']);
});

test.each<[string, (iterator: BatchedIterator<number>) => Promise<unknown>]>([
  ['return', (iterator) => iterator.return()],
  ['throw', (iterator) => iterator.throw(new Error('mine')).catch((error: Error) => error.message)],
  ['dispose', (iterator) => iterator[Symbol.asyncDispose]()],
])('%s drops what is left and closes once', async (_name, leave) => {
  const batches = batchesOf([[1, 2, 3]]);
  const iterator = new BatchedIterator(batches);
  await iterator.next();
  await leave(iterator);
  await leave(iterator);
  expect([await iterator.next(), batches.closed]).toEqual([{ done: true, value: undefined }, ['closed']]);
});

test('hands a failure to close on to whoever asked, and does not close again', async () => {
  const batches = batchesOf([[1]]);
  let closings = 0;
  const close = (): void => {
    closings++;
    throw new Error('stuck');
  };
  const iterator = new BatchedIterator({ ...batches, close });
  await expect(iterator.return()).rejects.toThrow('stuck');
  expect([await iterator.next(), closings]).toEqual([{ done: true, value: undefined }, 1]);
});
