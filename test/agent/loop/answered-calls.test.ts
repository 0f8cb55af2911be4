// Owns the rules of what a turn with calls leads to, and of the structured output. Answers without either are in `answers.test.ts`.

import { describe, expect, test } from 'vitest';
import type { TurnResult } from '../../../src/agent/loop/answers.ts';
import { answerBatch, judgeAnswer } from '../../../src/agent/loop/answers.ts';
import type { CheckedOutput, ModelValue } from '../../../src/agent/loop/task-values.ts';
import { PLAIN_REQUEST } from '../../../src/core/loop-state.ts';
import type { CallProblem, PreparedCall } from '../../../src/index.ts';
import { assistant, CANCELLED, MESSAGE, results, toolMessage } from './calls-fixture.ts';
import type { RunGiven, TriedRun } from './loop-fixture.ts';
import { modelValue, ran, readyCall, refusedCall, says, tryLoop } from './loop-fixture.ts';

const FORCED = { type: 'function', function: { name: 'look' } } as const;
const NUDGED = { nudge: 'Answer now.', isWithoutThinking: true };
const CUT_CALL = 'A call of `look` was cut by `max_tokens` and did not run. The next answer has more room.';
const NO_ROOM =
  'The model was cut in the middle of a call, and there was no room for a longer answer: ' +
  'shorten the conversation, or serve the model with a longer context.';
const COUNTED = { tokens: 50, messages: 2 };

async function judge(
  answer: Partial<ModelValue>,
  given: RunGiven = {},
): Promise<TriedRun & { readonly result: TurnResult }> {
  const tried = tryLoop(given);
  return { ...tried, result: await judgeAnswer(tried.run, 1, modelValue(answer)) };
}

function judgeCalls(calls: readonly PreparedCall[], given: RunGiven = {}) {
  return judge({ message: MESSAGE, calls }, given);
}

describe('a turn with calls', () => {
  test('adds them with their results, and there is a further turn', async () => {
    const { result, run } = await judgeCalls([readyCall(0), readyCall(1)]);
    const [one, other] = results(0, 1).map((content, at) => toolMessage(at, content));
    expect(result).toEqual({ messages: [MESSAGE, one, other], pending: undefined, ending: undefined });
    expect(run.loop.context).toEqual({ tokens: 50, messages: 2 });
  });

  test('wins over a text that was cut or promised', async () => {
    const { result } = await judge({ ...says('x'), calls: [readyCall(0)], wasCut: true, finishReason: 'tool_calls' });
    expect(result.ending).toBeUndefined();
  });

  test('leaves nothing of a second try for the next', async () => {
    const loop = { request: NUDGED, retry: { of: 'empty' } } as const;
    const { run } = await judgeCalls([readyCall(0)], { loop });
    expect([run.loop.request, run.loop.retry]).toEqual([PLAIN_REQUEST, null]);
  });

  test('of which the last was cut runs the others, without it, and the next answer has more room', async () => {
    const message = assistant(0, 1);
    const calls = [readyCall(0), refusedCall(1, 'cut')];
    const { result, run, steps, warnings } = await judge({ message, calls, wasCut: true, room: 50 });
    expect(result).toEqual({
      messages: [assistant(0), toolMessage(0, 'result of t1/call/0')],
      pending: undefined,
      ending: undefined,
    });
    expect([steps.map(({ key }) => key), run.loop.room, run.loop.retry]).toEqual([['t1/call/0'], 100, null]);
    expect(warnings).toEqual([{ turn: 1, code: 'cut', toolName: 'look', message: CUT_CALL }]);
    expect(run.budget.spent.corrections).toBe(1);
  });

  test('of which the only one was cut is asked for again as it was', async () => {
    const loop = { request: NUDGED, toolChoice: FORCED } as const;
    const answer = { message: assistant(0), calls: [refusedCall(0, 'cut')], wasCut: true, room: 50 };
    const { result, run } = await judge(answer, { loop });
    expect(result).toEqual({ messages: [] });
    const { request, toolChoice, room, retry, failures, lastCall } = run.loop;
    expect({ request, toolChoice, room, retry, failures, lastCall }).toEqual({
      request: NUDGED,
      toolChoice: FORCED,
      room: 100,
      retry: { of: 'cut' },
      failures: {},
      lastCall: null,
    });
  });

  test.each([
    ['is asked for with twice as much each time', 200, { room: 200 }, 400],
    ['is asked for as it was where nothing is known of its size', undefined, {}, null],
  ])('a cut one %s', async (_name, room, loop, expected) => {
    const answer = { message: assistant(0), calls: [refusedCall(0, 'cut')], wasCut: true, ...(room && { room }) };
    const { result, run } = await judge(answer, { loop });
    expect([result.ending, run.loop.room]).toEqual([undefined, expected]);
  });

  test.each([
    ['was asked for with more room and had none', 100, { room: 200 }],
    ['was asked for again where no limit is known', undefined, { retry: { of: 'cut' } }],
  ] as const)('a cut one ends the run when it %s', async (_name, room, loop) => {
    const answer = { message: assistant(0), calls: [refusedCall(0, 'cut')], wasCut: true, ...(room && { room }) };
    const { result, run } = await judge(answer, { loop });
    expect(result.ending).toEqual({ outcome: { type: 'limit', limit: 'context', message: NO_ROOM } });
    expect(run.budget.spent.corrections).toBe(0);
  });

  test('of which the last was cut goes on from the others where there is no more room', async () => {
    const answer = { message: assistant(0, 1), calls: [readyCall(0), refusedCall(1, 'cut')], wasCut: true, room: 100 };
    const { result } = await judge(answer, { loop: { room: 200 } });
    expect([result.messages.length, result.ending]).toEqual([2, undefined]);
  });

  test('of which the last was cut ends the run where no correction is left, with the others in the history', async () => {
    const answer = { message: assistant(0, 1), calls: [readyCall(0), refusedCall(1, 'cut')], wasCut: true, room: 100 };
    const { result } = await judge(answer, { limits: { corrections: 1 }, spent: { corrections: 1 } });
    expect([result.messages.length, result.ending?.outcome]).toEqual([
      2,
      expect.objectContaining({ limit: 'corrections' }),
    ]);
  });

  test('in the text, with one that was cut after them, run, and the next answer has more room', async () => {
    const answer = { message: assistant(0), calls: [readyCall(0)], wasCut: true, hasCutCall: true, room: 50 };
    const { result, run } = await judge(answer);
    expect([result.messages.length, run.loop.room]).toEqual([2, 100]);
  });

  test.each<[string, readonly (CallProblem | null)[], unknown]>([
    ['stays after calls that all went back', ['broken_arguments', 'cut', 'unknown_tool'], FORCED],
    ['is dropped after a call that ran', [null], null],
    ['is dropped after one that ran beside one that went back', ['cut', null], null],
    ['is dropped after one that was not allowed', ['not_allowed'], null],
  ])('a forced choice %s', async (_name, problems, expected) => {
    const calls = problems.map((problem, at) => (problem === null ? readyCall(at) : refusedCall(at, problem)));
    const { run } = await judgeCalls(calls, { loop: { toolChoice: FORCED } });
    expect(run.loop.toolChoice).toEqual(expected);
  });

  test('a tool that was wrong twice is forced in place of another', async () => {
    const loop = { toolChoice: 'required', failures: { look: 1 } } as const;
    const { run } = await judgeCalls([refusedCall(0, 'invalid_arguments'), readyCall(1, { toolName: 'see' })], {
      loop,
    });
    expect(run.loop.toolChoice).toEqual(FORCED);
  });

  test('ends the run where no correction is left, with the results in the history', async () => {
    const { result } = await judgeCalls([refusedCall(0, 'cut')], {
      limits: { corrections: 1 },
      spent: { corrections: 1 },
    });
    const message = 'The run reached its limit of 1 corrections (`limits.corrections`).';
    expect(result).toEqual({
      messages: [MESSAGE, toolMessage(0, 'It went back: cut.')],
      pending: undefined,
      ending: { outcome: { type: 'limit', limit: 'corrections', message } },
    });
  });

  test('is told the limit of calls rather than that of corrections', async () => {
    const spent = { corrections: 1, toolCalls: 1 };
    const { result } = await judgeCalls([refusedCall(0, 'cut'), readyCall(1)], {
      limits: { corrections: 1, toolCalls: 1 },
      spent,
    });
    const message = 'The run reached its limit of 1 tool calls (`limits.toolCalls`).';
    expect(result.ending).toEqual({ outcome: { type: 'limit', limit: 'tool_calls', message } });
  });

  test('waits, and the conversation is not counted', async () => {
    const call = readyCall(0, { approvalId: 'pay' });
    const { result, run } = await judgeCalls([call]);
    const approvals = [{ id: 'pay', callId: 'c0', toolName: 'look', arguments: { at: 0 } }];
    expect(result).toEqual({
      messages: [],
      pending: { message: MESSAGE, calls: [call], results: [null] },
      ending: { outcome: { type: 'waiting', approvals } },
    });
    expect(run.loop.context).toBeNull();
  });

  test('is aborted whatever else ends it', async () => {
    const { result } = await judgeCalls([readyCall(0), readyCall(1)], { isAborted: true, limits: { toolCalls: 1 } });
    expect(result.ending).toEqual({ outcome: { type: 'aborted' } });
  });

  test('that is finished by another process leaves the count of the conversation', async () => {
    const { run } = tryLoop({ loop: { context: { tokens: 7, messages: 1 } } });
    const batch = { turn: 1, message: MESSAGE, calls: [readyCall(0)], results: [], wasCounted: true };
    const result = await answerBatch(run, batch);
    expect(result.messages).toEqual([MESSAGE, toolMessage(0, 'result of t1/call/0')]);
    expect(run.loop.context).toEqual({ tokens: 7, messages: 1 });
  });

  test('that is aborted while it runs adds what came of it', async () => {
    const values = { 't1/call/0': ran('done') };
    const { result } = await judgeCalls([readyCall(0), readyCall(1, { isSequential: true })], {
      values,
      abortAt: 't1/call/0',
    });
    expect(result).toEqual({
      messages: [MESSAGE, toolMessage(0, 'done'), toolMessage(1, CANCELLED)],
      pending: undefined,
      ending: { outcome: { type: 'aborted' } },
    });
  });
});

describe('a structured output', () => {
  const { message } = says('{"celsius": 20}');
  const fits: CheckedOutput = { type: 'fits', value: { celsius: 20 } };
  const unfit: CheckedOutput = { type: 'unfit', problem: 'celsius: must be number' };
  const again = {
    role: 'user',
    content: 'That JSON does not fit:\ncelsius: must be number\nGive it again, corrected, and nothing else.',
  };

  test('that fits completes the run with it', async () => {
    const loop = { outputFailures: 2, request: NUDGED, retry: { of: 'stream' } } as const;
    const { result, run } = await judge({ message, output: fits }, { loop });
    expect(result).toEqual({
      messages: [message],
      ending: { outcome: { type: 'completed' }, output: { celsius: 20 } },
    });
    const { outputFailures, request, retry, context } = run.loop;
    expect({ outputFailures, request, retry, context }).toEqual({
      outputFailures: 0,
      request: PLAIN_REQUEST,
      retry: null,
      context: COUNTED,
    });
  });

  test.each([
    ['again, without thinking', false, null],
    ['again with more room when it was cut', true, 100],
  ])('that does not fit is asked for %s', async (_name, wasCut, more) => {
    const { result, run, warnings } = await judge({ message, output: unfit, wasCut, room: 50 });
    expect(result).toEqual({ messages: [message] });
    const { outputFailures, request, room, added } = run.loop;
    expect({ outputFailures, request, room, added }).toEqual({
      room: more,
      outputFailures: 1,
      request: { nudge: null, isWithoutThinking: true },
      added: [again],
    });
    const told = 'The output did not fit its schema and is asked for again: celsius: must be number';
    expect(warnings).toEqual([{ turn: 1, code: 'output_corrected', message: told }]);
    expect(run.budget.spent.corrections).toBe(1);
  });

  test.each([
    [0, undefined],
    [1, undefined],
    [2, 'failed'],
  ])('that does not fit after %i that did not either', async (outputFailures, expected) => {
    const { result } = await judge({ message, output: unfit }, { loop: { outputFailures } });
    expect(result.ending?.outcome.type).toBe(expected);
  });

  test('that does not fit too often fails the run', async () => {
    const { result, run } = await judge({ message, output: unfit }, { loop: { outputFailures: 2 } });
    const error = {
      code: 'output_invalid',
      message: 'The output does not fit its schema, also when asked again: celsius: must be number',
      retryable: true,
    };
    expect(result).toEqual({ messages: [message], ending: { outcome: { type: 'failed', error } } });
    expect([run.budget.spent.corrections, run.loop.outputFailures, run.loop.added]).toEqual([0, 3, []]);
  });

  test('that does not fit ends the run where no correction is left', async () => {
    const { result } = await judge(
      { message, output: unfit },
      { limits: { corrections: 1 }, spent: { corrections: 1 } },
    );
    const told = 'The run reached its limit of 1 corrections (`limits.corrections`).';
    expect(result).toEqual({
      messages: [message],
      ending: { outcome: { type: 'limit', limit: 'corrections', message: told } },
    });
  });
});
