// Owns the rules of counting a run's use of its limits, with agents that run inside it.

import { describe, expect, test } from 'vitest';
import { Budget } from '../../../src/agent/loop/budget.ts';
import type { RunSpent } from '../../../src/index.ts';
import { DEFAULT_LIMITS } from '../../../src/index.ts';

const NOTHING: RunSpent = { turns: 0, toolCalls: 0, tokens: 0, corrections: 0, timeMs: 0 };

function budget(limits: Partial<typeof DEFAULT_LIMITS>, outer?: Budget): Budget {
  return new Budget({ ...DEFAULT_LIMITS, ...limits }, NOTHING, outer);
}

describe('a limit', () => {
  test.each([
    ['turns', 'turns', 'turns'],
    ['toolCalls', 'tool_calls', 'tool calls'],
    ['tokens', 'tokens', 'tokens'],
    ['corrections', 'corrections', 'corrections'],
  ] as const)('of %s holds to the last unit', (counter, limit, noun) => {
    const counted = budget({ [counter]: 3 });
    counted.spend(counter, 2);
    expect([counted.over(counter, 1), counted.over(counter, 2)]).toEqual([
      undefined,
      { type: 'limit', limit, message: `The run reached its limit of 3 ${noun} (\`limits.${counter}\`).` },
    ]);
  });

  test('of 0 is off', () => {
    const counted = budget({ turns: 0 });
    counted.spend('turns', 1000);
    expect(counted.over('turns', 1)).toBeUndefined();
  });

  test('of time is reached with it', () => {
    const counted = budget({ timeMs: 100 });
    counted.setTime(99);
    expect(counted.overTime()).toBeUndefined();
    counted.setTime(100);
    expect(counted.overTime()).toMatchObject({ type: 'limit', limit: 'time' });
  });

  test('goes on from what was spent before', () => {
    const counted = new Budget({ ...DEFAULT_LIMITS, turns: 2 }, { ...NOTHING, turns: 2 });
    expect(counted.over('turns', 1)).toMatchObject({ limit: 'turns' });
  });
});

describe('an agent inside', () => {
  test('shares one limit with others that run beside it', () => {
    const outer = budget({ turns: 3 });
    const [one, other] = [budget({}, outer), budget({}, outer)];
    one.spend('turns', 2);
    other.spend('turns', 1);
    expect([one.over('turns', 1), other.over('turns', 1), outer.over('turns', 1)]).toEqual(
      Array(3).fill(expect.objectContaining({ limit: 'turns' })),
    );
  });

  test('that ran here counts once, in its run and in the one around that', () => {
    const outermost = budget({});
    const outer = budget({}, outermost);
    budget({}, outer).spend('tokens', 7);
    outer.settle([{ ...NOTHING, tokens: 7 }]);
    outermost.settle([outer.spent]);
    expect([outer.spent.tokens, outermost.spent.tokens]).toEqual([7, 7]);
    expect(outermost.over('tokens', DEFAULT_LIMITS.tokens - 7)).toBeUndefined();
  });

  test('that was replayed counts too, at once in the run around its own', () => {
    const outermost = budget({ tokens: 10 });
    const outer = budget({}, outermost);
    outer.settle([
      { ...NOTHING, tokens: 8 },
      { ...NOTHING, tokens: 2 },
    ]);
    expect([outer.spent.tokens, outermost.over('tokens', 1)?.type]).toEqual([10, 'limit']);
  });

  test('leaves nothing behind when its step gives no use', () => {
    const outer = budget({ turns: 2 });
    budget({}, outer).spend('turns', 2);
    expect(outer.over('turns', 1)?.type).toBe('limit');
    outer.settle([]);
    expect(outer.over('turns', 2)).toBeUndefined();
  });
});
