// Owns what wrong and repeated calls lead to.

import { describe, expect, test } from 'vitest';
import type { CallReport } from '../../../src/agent/loop/calls.ts';
import { countProblems, isNothingDone } from '../../../src/agent/loop/remedies.ts';
import { countRepetition } from '../../../src/agent/loop/repetition.ts';
import { loopRun, readyCall, refusedCall } from '../../support/loop-helpers.ts';

function report(problem: CallReport['problem'], toolName = 'look'): CallReport {
  return { callId: 'c', toolName, problem };
}

describe('wrong arguments', () => {
  test('twice in a row for a tool force it, and the count begins again', () => {
    const { run } = loopRun();
    countProblems(run, [report('invalid_arguments')]);
    expect([run.loop.toolChoice, run.loop.failures]).toEqual([null, { look: 1 }]);
    countProblems(run, [report('broken_arguments')]);
    expect([run.loop.toolChoice, run.loop.failures]).toEqual([{ type: 'function', function: { name: 'look' } }, {}]);
    expect(run.state.warnings.map(({ code }) => code)).toEqual([
      'invalid_arguments',
      'broken_arguments',
      'tool_forced',
    ]);
  });

  test.each([
    ['a right call of it in between', [report(null)]],
    ['a call that a person did not allow', [report('not_allowed')]],
  ])('are forgotten after %s', (_name, between) => {
    const { run } = loopRun();
    countProblems(run, [report('invalid_arguments')]);
    countProblems(run, between);
    countProblems(run, [report('invalid_arguments')]);
    expect([run.loop.toolChoice, run.loop.failures]).toEqual([null, { look: 1 }]);
  });

  test('of another tool are counted by themselves', () => {
    const { run } = loopRun();
    countProblems(run, [report('invalid_arguments'), report('invalid_arguments', 'other')]);
    expect([run.loop.toolChoice, run.loop.failures]).toEqual([null, { look: 1, other: 1 }]);
  });

  test('cost a correction each, up to the limit', () => {
    const { run } = loopRun({ limits: { corrections: 2 } });
    const over = countProblems(run, Array(3).fill(report('invalid_arguments')));
    expect([over?.type, run.budget.spent.corrections]).toEqual(['limit', 2]);
  });
});

test('a tool that does not exist is never forced', () => {
  const { run } = loopRun();
  countProblems(run, Array(3).fill(report('unknown_tool', 'nope')));
  expect([run.loop.toolChoice, run.loop.failures, run.budget.spent.corrections]).toEqual([null, {}, 3]);
});

test('a call that ended in the middle costs a correction, and its tool is not forced', () => {
  const { run } = loopRun();
  countProblems(run, [report('cut'), report('cut')]);
  expect([run.loop.toolChoice, run.loop.failures, run.budget.spent.corrections]).toEqual([null, {}, 2]);
});

test.each([
  [[], false],
  [[report('invalid_arguments')], true],
  [[report('cut'), report('unknown_tool'), report('broken_arguments')], true],
  [[report('cut'), report(null)], false],
  [[report('not_allowed')], false],
  [[report('cancelled')], false],
])('whether nothing was done of %j is %j', (reports, isNothing) => {
  expect(isNothingDone(reports)).toBe(isNothing);
});

describe('the same call again', () => {
  const first = countRepetition(null, readyCall(0, { arguments: { a: 1, b: [2] } }));

  test.each([
    ['with its keys in another order', readyCall(1, { arguments: { b: [2], a: 1 } }), 2],
    ['with other values', readyCall(1, { arguments: { a: 1, b: [3] } }), 1],
    ['of another tool', readyCall(1, { toolName: 'other', arguments: { a: 1, b: [2] } }), 1],
    ['that does not fit', refusedCall(1), 1],
  ])('%s counts %j', (_name, call, times) => {
    expect(countRepetition(first, call)).toMatchObject({ toolName: call.toolName, times });
  });

  test('counts refused calls by their text', () => {
    const broken = countRepetition(null, refusedCall(0, { argumentsText: '{a' }));
    expect(countRepetition(broken, refusedCall(1, { argumentsText: '{a' })).times).toBe(2);
    expect(countRepetition(broken, refusedCall(1, { argumentsText: '{b' })).times).toBe(1);
  });
});
