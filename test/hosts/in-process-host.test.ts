// Owns the rules of the host that runs everything in this process.

import { expect, test } from 'vitest';
import type { HostServices, Task } from '../../src/index.ts';
import { createInProcessHost } from '../../src/index.ts';

function hostWith(task: Task) {
  const services: HostServices = {
    runId: 'run',
    tasks: { task },
    signal: new AbortController().signal,
    emit: () => {},
    ready: () => undefined,
    answer: async (name, request) => [name, request],
  };
  return createInProcessHost(services);
}

const step = (key: string) => ({ key, task: 'task', input: key });

test('runs a task with its key, under the id of the run', async () => {
  const host = hostWith(async (input, { key, runId, idempotencyKey }) => [input, key, runId, idempotencyKey]);
  expect(await host.step(step('t1/model'))).toEqual(['t1/model', 't1/model', 'run', 'run/t1/model']);
});

test('refuses a key that was used, and a task that is not there', async () => {
  const host = hostWith(async (input) => input);
  await host.step(step('a'));
  await expect(host.step(step('a'))).rejects.toThrow('The step key a was used twice.');
  await expect(host.step({ key: 'b', task: 'other', input: null })).rejects.toThrow('No task is called other.');
  expect(await host.all([step('a'), step('c')], 2)).toEqual([
    { status: 'rejected', reason: 'The step key a was used twice.' },
    { status: 'fulfilled', value: 'c' },
  ]);
});

test('rejects with what a task threw; side by side that is a result', async () => {
  const host = hostWith(async () => {
    throw new RangeError('too far');
  });
  await expect(host.step(step('a'))).rejects.toThrow(RangeError);
  expect(await host.all([step('b')], 1)).toEqual([{ status: 'rejected', reason: 'too far' }]);
});

test('runs at most so many at once, and gives results in the order of the steps', async () => {
  const open: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const host = hostWith(async (input) => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => open.push(resolve));
    running--;
    return input;
  });
  const all = host.all(['a', 'b', 'c', 'd', 'e'].map(step), 2);
  // The last that began ends first.
  for (let ended = 0; ended < 5; ended++) {
    while (open.length === 0) await Promise.resolve();
    open.pop()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([most, (await all).map((result) => (result.status === 'fulfilled' ? result.value : null))]).toEqual([
    2,
    ['a', 'b', 'c', 'd', 'e'],
  ]);
});

test('asks this process for a decision', async () => {
  const host = hostWith(async (input) => input);
  expect(await host.signal('t1/call/0/decided', { id: 'x' })).toEqual(['t1/call/0/decided', { id: 'x' }]);
});
