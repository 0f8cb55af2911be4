// Owns the rules of answering a turn's calls: one result each, in call order, on every path.

import { describe, expect, test } from 'vitest';
import type { CallBatch } from '../../../src/agent/loop/calls.ts';
import { answerCalls } from '../../../src/agent/loop/calls.ts';
import type { PreparedCall } from '../../../src/index.ts';
import type { LoopTable } from '../../support/loop-helpers.ts';
import { loopRun, readyCall, refusedCall, resultOf } from '../../support/loop-helpers.ts';

function batchOf(calls: readonly PreparedCall[], change: Partial<CallBatch> = {}): CallBatch {
  return { turn: 1, message: { role: 'assistant', content: null }, calls, results: [], wasCounted: false, ...change };
}

async function tryCalls(calls: readonly PreparedCall[], table: LoopTable = {}, change: Partial<CallBatch> = {}) {
  const tried = loopRun(table);
  const end = await answerCalls(tried.run, batchOf(calls, change));
  const results = end.messages.slice(1).map((message) => message.content);
  return { ...tried, end, results };
}

describe('calls', () => {
  test('run side by side, but those of a sequential tool by themselves, and answer in call order', async () => {
    const calls = [readyCall(0), readyCall(1), readyCall(2, { isSequential: true }), readyCall(3), refusedCall(4)];
    const { asked, results, end, run } = await tryCalls(calls);
    expect(asked).toEqual(['[t1/call/0 t1/call/1]', '[t1/call/2]', '[t1/call/3]']);
    expect(results).toEqual([
      'result of t1/call/0',
      'result of t1/call/1',
      'result of t1/call/2',
      'result of t1/call/3',
      'Its arguments do not fit.',
    ]);
    expect(end.problems.map(({ problem }) => problem)).toEqual([null, null, null, null, 'invalid_arguments']);
    expect([run.use.toolCalls, run.budget.spent.toolCalls, end.outcome, end.pending]).toEqual([
      4,
      4,
      undefined,
      undefined,
    ]);
  });

  test('of which the limit does not allow all do not run at all', async () => {
    const { asked, results, end } = await tryCalls([readyCall(0), readyCall(1)], { limits: { toolCalls: 1 } });
    expect(asked).toEqual([]);
    expect(results).toEqual(Array(2).fill('The run has reached its limit of tool calls.'));
    expect(end.outcome).toMatchObject({ type: 'limit', limit: 'tool_calls' });
  });

  test('whose step fails are answered with the reason', async () => {
    const { results, end } = await tryCalls([readyCall(0)], {
      runStep: () => {
        throw new Error('lost');
      },
    });
    expect([results, end.problems[0]?.problem]).toEqual([['This call failed: Error: lost'], null]);
  });

  test('that were cancelled before they began do not count', async () => {
    const { run } = await tryCalls([readyCall(0)], {
      runStep: () => ({ hasRun: false, result: { isError: true, content: 'x' }, problem: 'cancelled', facts: {} }),
    });
    expect(run.use.toolCalls).toBe(0);
  });

  test('are not begun after an abort, and the history is whole', async () => {
    const signal = { aborted: false };
    const { asked, results } = await tryCalls(
      [readyCall(0, { isSequential: true }), readyCall(1, { isSequential: true })],
      {
        signal,
        runStep: (step) => {
          signal.aborted = true;
          return resultOf(step);
        },
      },
    );
    expect(asked).toEqual(['[t1/call/0]']);
    expect(results).toEqual(['result of t1/call/0', 'The run was cancelled before this call ran.']);
  });

  test('that read on in a kept result are given its text, and no others are', async () => {
    const inputs: unknown[] = [];
    const { run } = loopRun({
      runStep: (step) => {
        inputs.push((step.input as { keptText: unknown }).keptText);
        return resultOf(step);
      },
    });
    run.emit({ type: 'result_kept', kept: { callId: 'long', text: 'all of it' } });
    const reads = (call: string) => ({ toolName: 'read_result', arguments: { call_id: call } });
    await answerCalls(
      run,
      batchOf([
        readyCall(0, reads('long')),
        readyCall(1, reads('other')),
        readyCall(2, { arguments: { call_id: 'long' } }),
      ]),
    );
    expect(inputs).toEqual(['all of it', null, null]);
  });
});

describe('the same call again', () => {
  const same = (at: number) => readyCall(at, { arguments: { a: 1 } });

  test('is refused at the limit, and one more ends the run', async () => {
    const atLimit = await tryCalls([same(0), same(1)], { limits: { sameCall: 2 } });
    const refusal = (times: number) =>
      `This call did not run: it is the same as the last ${times}, and its result is above. Use that, or find another way.`;
    expect([atLimit.results, atLimit.end.outcome]).toEqual([['result of t1/call/0', refusal(1)], undefined]);
    const above = await tryCalls([same(0), same(1), same(2)], { limits: { sameCall: 2 } });
    expect(above.end.outcome).toEqual({
      type: 'limit',
      limit: 'same_call',
      message: 'The model made the same call 3 times with nothing new in between (`limits.sameCall`).',
    });
  });

  test('is not counted again when the turn is finished later', async () => {
    const table: LoopTable = {
      limits: { sameCall: 2 },
      loop: { lastCall: { toolName: 'look', arguments: { a: 1 }, times: 1 } },
    };
    const { results, run } = await tryCalls([same(0)], table, { wasCounted: true });
    expect([results, run.loop.lastCall?.times]).toEqual([['result of t1/call/0'], 1]);
  });

  test('is nothing when the limit is off', async () => {
    const { end } = await tryCalls([same(0), same(1), same(2), same(3)], { limits: { sameCall: 0 } });
    expect(end.outcome).toBeUndefined();
  });
});

describe('an approval', () => {
  const asks = (at: number) => readyCall(at, { approvalId: `id ${at}` });

  test('is asked for after the calls that need none; what is allowed runs, what is not is told', async () => {
    const { asked, results, end } = await tryCalls([asks(0), readyCall(1), asks(2)], {
      decisions: { 't1/call/0/decided': false, 't1/call/2/decided': true },
    });
    expect(asked).toEqual(['[t1/call/1]', 't1/call/0/decided', 't1/call/2/decided', '[t1/call/2]']);
    expect(results).toEqual([
      'A person did not allow this call. Do not repeat it; find another way, or ask.',
      'result of t1/call/1',
      'result of t1/call/2',
    ]);
    expect(end.problems.map(({ problem }) => problem)).toEqual(['not_allowed', null, null]);
  });

  test('that nobody gives leaves the turn pending, with the results that there are', async () => {
    const calls = [asks(0), readyCall(1)];
    const { end, run } = await tryCalls(calls);
    expect(end.outcome).toEqual({
      type: 'waiting',
      approvals: [{ id: 'id 0', callId: 'c0', toolName: 'look', arguments: { at: 0 } }],
    });
    const result = { role: 'tool', tool_call_id: 'c1', content: 'result of t1/call/1' };
    expect([end.messages, end.pending?.results, end.pending?.calls]).toEqual([[], [null, result], calls]);
    expect(run.budget.spent.toolCalls).toBe(1);
  });

  test('is no reason to wait when the run is aborted', async () => {
    const signal = { aborted: true };
    const { asked, end, results } = await tryCalls([asks(0)], { signal });
    expect([asked, end.outcome, end.pending]).toEqual([[], undefined, undefined]);
    expect(results).toEqual(['The run was cancelled before this call ran.']);
  });

  test('of a turn that is finished later leaves known results as they are', async () => {
    const known = { role: 'tool', tool_call_id: 'c1', content: 'from before' } as const;
    const { asked, results } = await tryCalls(
      [asks(0), readyCall(1)],
      { decisions: { 't1/call/0/decided': true } },
      { results: [null, known], wasCounted: true },
    );
    expect(asked).toEqual(['t1/call/0/decided', '[t1/call/0]']);
    expect(results).toEqual(['result of t1/call/0', 'from before']);
  });
});
