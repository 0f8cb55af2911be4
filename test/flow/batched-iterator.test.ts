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
