// Owns the rule that what a run inside a step uses counts once in every run outside of it, whether its step runs or is replayed.

import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/agent/limits.ts';
import { Budget } from '../../../src/agent/loop/budget.ts';
import { NOTHING_SPENT } from '../../../src/core/run-state.ts';

function budget(outer?: Budget): Budget {
  return new Budget({ ...DEFAULT_LIMITS, tokens: 3 }, NOTHING_SPENT, outer);
}

/** How many more tokens each budget allows. */
function roomOf(...budgets: readonly Budget[]): number[] {
  return budgets.map((one) => [1, 2, 3].filter((more) => one.over('tokens', more) === undefined).length);
}

test('the use of a step that ran counts once in the run outside of the outer one', () => {
  const outermost = budget();
  const outer = budget(outermost);
  const inner = budget(outer);
  inner.spend('tokens', 2);
  outer.settle([inner.spent]);
  expect(roomOf(outer, outermost)).toEqual([1, 1]);
  outermost.settle([outer.spent]);
  expect(roomOf(outermost)).toEqual([1]);
  expect(outermost.spent).toEqual({ ...NOTHING_SPENT, tokens: 2 });
});

test('the use of a replayed step counts once beside that of one that runs', () => {
  const outermost = budget();
  const outer = budget(outermost);
  const live = budget(outer);
  live.spend('tokens', 1);
  outer.settle([{ ...NOTHING_SPENT, tokens: 1 }, live.spent]);
  expect(outer.spent.tokens).toBe(2);
  expect(roomOf(outer, outermost)).toEqual([1, 1]);
});

test('the use of a step that gave no value no longer counts', () => {
  const outermost = budget();
  const outer = budget(outermost);
  budget(outer).spend('tokens', 2);
  outer.settle([]);
  expect(roomOf(outer, outermost)).toEqual([3, 3]);
  expect(outer.spent).toEqual(NOTHING_SPENT);
});
