// Owns the rules of which calls run that were made before: whole turns of calls through the loop, on a host that answers from a table.

import { describe, expect, test } from 'vitest';
import { answerBatch } from '../../../src/agent/loop/answers.ts';
import type { CallValue } from '../../../src/core/call.ts';
import type { JsonObject, ReadyCall, RunLimits } from '../../../src/index.ts';
import { ran, tryLoop } from './loop-fixture.ts';

interface Made {
  readonly name: string;
  readonly args?: JsonObject;
  /** What its tool gives if it runs. */
  readonly gives?: string;
  readonly fails?: boolean;
  readonly call?: Partial<ReadyCall>;
}

const read: Made = { name: 'read', gives: 'old' };
const readNew: Made = { ...read, gives: 'new' };
const write: Made = { name: 'write', gives: 'ok' };
const order: Made = { name: 'order', gives: 'ordered' };
const poll: Made = { name: 'poll', gives: 'waiting', call: { isRepeatable: true } };
const list: Made = { name: 'list', gives: 'a b', call: { isReadOnly: true } };
const find: Made = { name: 'find', gives: 'c', call: { isReadOnly: true } };
const broken: Made = { name: 'broken', gives: 'no', fails: true };

/** Turns of calls -> the calls that ran, in order; a turn that ends the run ends the list with its limit. */
async function play(turns: readonly (readonly Made[])[], limits: Partial<RunLimits> = {}) {
  const values: Record<string, CallValue> = {};
  const { run, steps, warnings } = tryLoop({ limits, values });
  const log: string[] = [];
  for (const [index, made] of turns.entries()) {
    const turn = index + 1;
    const calls = made.map(({ name, args = {}, call }, at): ReadyCall => {
      const key = `t${turn}/call/${at}`;
      const place = { key, callId: `${turn}.${at}`, toolName: name, arguments: args };
      return { type: 'ready', approvalId: null, isSequential: false, holdsRun: false, ...place, ...call };
    });
    made.forEach(({ gives = '', fails = false }, at) => {
      values[`t${turn}/call/${at}`] = ran(gives, { result: { isError: fails, content: gives } });
    });
    const tool_calls = calls.map(({ callId, toolName, arguments: args }) => ({
      id: callId,
      type: 'function' as const,
      function: { name: toolName, arguments: JSON.stringify(args) },
    }));
    const message = { role: 'assistant', content: null, tool_calls } as const;
    const before = steps.length;
    const result = await answerBatch(run, { turn, message, calls, results: [], wasCounted: false });
    run.emit({
      type: 'turn_end',
      turn,
      messages: result.messages,
      finishReason: 'tool_calls',
      usage: null,
      timings: null,
      toolCalls: 0,
      spent: run.budget.spent,
      loop: run.loop,
    });
    const names = calls.map(({ key, toolName }) => [key, toolName] as const);
    log.push(...steps.slice(before).map(({ key }) => names.find(([known]) => known === key)?.[1] ?? key));
    const outcome = result.ending?.outcome;
    if (outcome !== undefined)
      return { log: [...log, outcome.type === 'limit' ? outcome.limit : outcome.type], run, warnings };
  }
  return { log, run, warnings };
}

test.each<[string, readonly (readonly Made[])[], readonly string[]]>([
  ['the same call runs once', [[order], [order]], ['order']],
  [
    'its result is given again until the limit ends the run',
    [[order], [order], [order], [order]],
    ['order', 'same_call'],
  ],
  ['with other arguments it is another call', [[order], [{ ...order, args: { n: 2 } }]], ['order', 'order']],
  [
    'the order of its keys does not matter',
    [[{ ...order, args: { a: 1, b: 2 } }], [{ ...order, args: { b: 2, a: 1 } }]],
    ['order'],
  ],
  ['one that failed may be tried again, up to the limit', [[broken], [broken], [broken]], ['broken', 'broken']],
  [
    'one that failed and then worked does not run a third time',
    [[broken], [{ ...broken, fails: false, gives: 'yes' }], [broken]],
    ['broken', 'broken'],
  ],
  ['what is read again after a change is read again', [[read], [write], [readNew]], ['read', 'write', 'read']],
  ['what is read again in the turn of a change is read again', [[read], [write, readNew]], ['read', 'write', 'read']],
  ['and once only', [[read], [write], [readNew], [readNew]], ['read', 'write', 'read']],
  [
    'a circle of two is noticed as soon as nothing is new in it',
    [[read], [order], [read], [order], [read]],
    ['read', 'order', 'read'],
  ],
  [
    'a circle of three is',
    [[read], [order], [find], [read], [order], [find]],
    ['read', 'order', 'find', 'read', 'find'],
  ],
  [
    'a circle with a call that fails is',
    [[read], [broken], [read], [broken], [read]],
    ['read', 'broken', 'read', 'broken'],
  ],
  [
    'a circle ends the run',
    [[read], [order], [read], [order], [read], [order], [read], [order]],
    ['read', 'order', 'read', 'same_call'],
  ],
  [
    'no circle is seen where results have changed: what is written again may matter',
    [[read], [write], [readNew], [{ ...write, args: { v: 2 } }], [read], [write], [readNew]],
    ['read', 'write', 'read', 'write', 'read', 'write', 'read'],
  ],
  ['calls that change nothing are no change', [[order], [list], [order]], ['order', 'list']],
  [
    'a call that changes nothing may run again, up to the limit',
    [[list], [list], [list], [list]],
    ['list', 'list', 'same_call'],
  ],
  [
    'and goes on as long as its results are new',
    [[list], [{ ...list, gives: '1' }], [{ ...list, gives: '2' }], [{ ...list, gives: '3' }]],
    ['list', 'list', 'list', 'list'],
  ],
  [
    'one that is repeatable runs every time',
    [[poll], [poll], [poll], [poll], [poll]],
    ['poll', 'poll', 'poll', 'poll', 'poll'],
  ],
  [
    'calls of one turn that come again together do not run again',
    [
      [order, write],
      [order, write],
    ],
    ['order', 'write'],
  ],
  [
    'of calls of one turn that come again alone, the one before a change runs',
    [[read, write], [readNew]],
    ['read', 'write', 'read'],
  ],
  ['calls of one turn that are the same were meant', [[order, order]], ['order', 'order']],
])('%s', async (_name, turns, expected) => {
  expect((await play(turns)).log).toEqual(expected);
});

describe('a result that is given again', () => {
  const lastResult = async (gives: string) => {
    const { run, warnings } = await play([[{ ...order, gives }], [order]]);
    return { content: run.state.messages.at(-1)?.content, warnings };
  };

  test('has the question after it, and a warning tells of it', async () => {
    expect(await lastResult('ordered')).toEqual({
      content:
        'This call ran already, so it did not run again. Its result was:\nordered\n\nAnswer now, from the results above: Look.',
      warnings: [
        {
          turn: 1,
          code: 'call_repeated',
          message:
            'A call of `order` came again with nothing new in between. It did not run; its result was given again.',
          callId: '2.0',
          toolName: 'order',
        },
      ],
    });
  });

  test('and is long is not repeated', async () => {
    expect((await lastResult('x'.repeat(2001))).content).toBe(
      'This call ran already, so it did not run again. Its result is above.\nAnswer now, from the results above: Look.',
    );
  });
});

test('the limit of 0 lets every call run', async () => {
  expect((await play([[order], [order], [order]], { sameCall: 0 })).log).toEqual(['order', 'order', 'order']);
});

test('the limit of 1 ends the run with the second call', async () => {
  expect((await play([[order], [order]], { sameCall: 1 })).log).toEqual(['order', 'same_call']);
});

test('a long result that names its call is the same result', async () => {
  const named = (id: string): Made => ({ ...read, gives: `… \`read_result\` with call_id "${id}" reads them.` });
  expect((await play([[named('1.0')], [order], [named('3.0')], [order]])).log).toEqual(['read', 'order', 'read']);
});

test('no more than the last sixteen calls are remembered', async () => {
  const many = Array.from({ length: 20 }, (_, n) => [{ ...list, args: { n } }]);
  const { run } = await play(many);
  expect(run.loop.ran.calls.map(({ message }) => message)).toEqual(Array.from({ length: 16 }, (_, at) => 9 + 2 * at));
});
