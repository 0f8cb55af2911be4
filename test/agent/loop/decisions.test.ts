// Owns the rules of answering calls that a person must allow, and those of a run that is aborted. All others are in `calls.test.ts`.

import { describe, expect, test } from 'vitest';
import type { ReadyCall } from '../../../src/index.ts';
import { answerAll, CANCELLED, ended, keys, MESSAGE, report, results, toolMessage } from './calls-fixture.ts';
import { ran, readyCall, refusedCall } from './loop-fixture.ts';

const NOT_ALLOWED = 'A person did not allow this call. Do not repeat it; find another way, or ask.';

function payCall(at: number): ReadyCall {
  return readyCall(at, { approvalId: `pay-${at}` });
}

/** What a person is asked. */
function approval(at: number) {
  return { id: `pay-${at}`, callId: `c${at}`, toolName: 'look', arguments: { at } };
}

function asking(at: number) {
  return { signal: `t1/call/${at}/decided`, request: approval(at) };
}

/** The decisions on these calls. */
function decided(decisions: Readonly<Record<number, boolean>>) {
  return Object.fromEntries(Object.entries(decisions).map(([at, decision]) => [`t1/call/${at}/decided`, decision]));
}

describe('a call that a person must allow', () => {
  test('runs when it is allowed, after all that need nobody', async () => {
    const calls = [payCall(0), readyCall(1), payCall(2), readyCall(3)];
    const { end, asked, run } = await answerAll(calls, { decisions: decided({ 0: true, 2: true }) });
    expect(asked).toEqual([{ all: keys(1, 3), limit: 8 }, asking(0), asking(2), { all: keys(0, 2), limit: 8 }]);
    expect(end).toEqual(ended(results(0, 1, 2, 3)));
    expect([run.use.toolCalls, run.budget.spent.toolCalls]).toEqual([4, 4]);
  });

  test('does not run when it is refused, and the model is told so', async () => {
    const { end, asked, run } = await answerAll([payCall(0)], { decisions: decided({ 0: false }) });
    expect([asked, run.budget.spent.toolCalls]).toEqual([[asking(0)], 0]);
    expect(end).toEqual(ended([NOT_ALLOWED], ['not_allowed']));
  });

  test('waits without a decision, with the results of the others', async () => {
    const calls = [payCall(0), readyCall(1), payCall(2), payCall(3)];
    const { end, asked } = await answerAll(calls, { decisions: decided({ 2: true, 3: false }) });
    expect(asked).toEqual([{ all: keys(1), limit: 8 }, asking(0), asking(2), asking(3), { all: keys(2), limit: 8 }]);
    expect(end).toEqual({
      messages: [],
      needsWords: false,
      pending: {
        message: MESSAGE,
        calls,
        results: [
          null,
          toolMessage(1, 'result of t1/call/1'),
          toolMessage(2, 'result of t1/call/2'),
          toolMessage(3, NOT_ALLOWED),
        ],
      },
      outcome: { type: 'waiting', approvals: [approval(0)] },
      problems: [report(1), report(2), report(3, 'not_allowed')],
    });
  });

  test('runs later beside results that are known, which stay as they are', async () => {
    const calls = [payCall(0), readyCall(1), refusedCall(2, 'cut')];
    const known = [null, toolMessage(1, 'known'), toolMessage(2, 'known too')];
    const given = { decisions: decided({ 0: true }) };
    const { end, asked } = await answerAll(calls, given, { results: known, wasCounted: true });
    expect(asked).toEqual([asking(0), { all: keys(0), limit: 8 }]);
    // What went back has cost its correction before.
    expect(end).toEqual({ ...ended(['result of t1/call/0', 'known', 'known too']), problems: [report(0)] });
  });

  test('is not asked about when it would pass the limit of tool calls', async () => {
    const { end, asked } = await answerAll([payCall(0), readyCall(1)], { limits: { toolCalls: 1 } });
    const content = 'The run has reached its limit of tool calls.';
    const message = 'The run reached its limit of 1 tool calls (`limits.toolCalls`).';
    expect(asked).toEqual([]);
    expect(end).toEqual({ ...ended([content, content]), outcome: { type: 'limit', limit: 'tool_calls', message } });
  });
});

describe('an aborted run', () => {
  test('runs nothing and asks nobody', async () => {
    const { end, asked } = await answerAll([readyCall(0), payCall(1)], { isAborted: true });
    expect(asked).toEqual([]);
    expect(end).toEqual({
      ...ended([CANCELLED, CANCELLED]),
      problems: [report(0, 'cancelled')],
    });
  });

  test('keeps the results of the calls before the abort, and answers the rest', async () => {
    const alone = { isSequential: true };
    const calls = [readyCall(0), readyCall(1, alone), readyCall(2, alone), payCall(3)];
    const { end, asked, run } = await answerAll(calls, { abortAt: 't1/call/1' });
    expect(asked).toEqual([
      { all: keys(0), limit: 8 },
      { all: keys(1), limit: 8 },
    ]);
    expect(end).toEqual({
      ...ended([...results(0, 1), CANCELLED, CANCELLED]),
      problems: [report(0), report(1), report(2, 'cancelled')],
    });
    expect(run.use.toolCalls).toBe(2);
  });

  test('runs no call that was allowed before', async () => {
    const given = { decisions: decided({ 0: true, 1: true }), abortAt: 't1/call/1/decided' };
    const { end, asked } = await answerAll([payCall(0), payCall(1)], given);
    expect(asked).toEqual([asking(0), asking(1)]);
    expect(end).toEqual(ended([CANCELLED, CANCELLED], ['cancelled', 'cancelled']));
  });

  test('asks for no further decision', async () => {
    const { end, asked } = await answerAll([payCall(0), payCall(1)], { abortAt: 't1/call/0/decided' });
    expect(asked).toEqual([asking(0)]);
    expect(end).toEqual({ ...ended([CANCELLED, CANCELLED]), problems: [] });
  });

  test('takes what a call says of its own end', async () => {
    const content = 'The run was cancelled while this call ran; whether it took effect is not known.';
    const cancelled = ran('', { result: { isError: true, content }, problem: 'cancelled' });
    const unbegun = ran('', { result: { isError: true, content: CANCELLED }, problem: 'cancelled', hasRun: false });
    const values = { 't1/call/0': cancelled, 't1/call/1': unbegun };
    const { end, run } = await answerAll([readyCall(0), readyCall(1)], { values, abortAt: 't1/call/0' });
    expect(end).toEqual(ended([content, CANCELLED], ['cancelled', 'cancelled']));
    expect(run.use.toolCalls).toBe(1);
  });
});
