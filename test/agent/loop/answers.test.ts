// Owns what an answer of the model leads to: every branch, and what the next turn goes by.

import { describe, expect, test } from 'vitest';
import { judgeAnswer } from '../../../src/agent/loop/answers.ts';
import type { ModelValue } from '../../../src/agent/loop/task-values.ts';
import type { LoopTable } from '../../support/loop-helpers.ts';
import { endTurn, loopRun, modelValue, readyCall, refusedCall } from '../../support/loop-helpers.ts';

const PLAIN = { nudge: null, isWithoutThinking: false };
const FORCED = { type: 'function', function: { name: 'look' } } as const;
const CUT_STREAM = { code: 'stream_cut', message: 'The stream was cut.', retryable: false };
const CALLS = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c0', type: 'function', function: { name: 'look', arguments: '{"at": 0}' } }],
} as const;
const EMPTY_NUDGE = 'Your last answer was empty. Answer now.';

async function judge(answer: ModelValue, table: LoopTable = {}) {
  const tried = loopRun(table);
  const result = await judgeAnswer(tried.run, 1, answer);
  const warnings = tried.run.state.warnings.map(({ code }) => code);
  return { result, loop: tried.run.loop, spent: tried.run.budget.spent, warnings };
}

describe('a text', () => {
  test('ends the run', async () => {
    const answer = modelValue({ text: 'Hello.' });
    const { result, loop } = await judge(answer, { loop: { toolChoice: FORCED, retry: { of: 'empty' } } });
    expect(result).toEqual({ messages: [answer.message], ending: { outcome: { type: 'completed' } } });
    expect([loop.toolChoice, loop.retry, loop.context]).toEqual([null, null, { tokens: 10, messages: 2 }]);
  });

  test('that was cut ends the run with its own outcome', async () => {
    const { result } = await judge(modelValue({ text: 'Once upon', wasCut: true }));
    expect(result.ending?.outcome).toMatchObject({ type: 'limit', limit: 'tokens' });
    expect(result.messages).toHaveLength(1);
  });

  test('begins the turn for the structured output, where there is one', async () => {
    const { result, loop } = await judge(modelValue({ text: 'Done.' }), { hasOutput: true });
    expect([result.ending, loop.phase, loop.added]).toEqual([
      undefined,
      'output',
      [{ role: 'user', content: 'Give the result of the above as JSON, and nothing else.' }],
    ]);
  });
});

describe('an empty answer', () => {
  test.each<[string, ModelValue, string, object]>([
    ['nothing', modelValue({ text: ' \n' }), 'answer_nothing', { ...PLAIN, nudge: EMPTY_NUDGE }],
    [
      'only thinking',
      modelValue({ thinking: 'Hm.' }),
      'answer_thinking_only',
      { nudge: 'Give your answer now.', isWithoutThinking: true },
    ],
    ['a cut one', modelValue({ wasCut: true }), 'answer_cut', PLAIN],
    [
      'a promised call',
      modelValue({ text: 'I call it.', finishReason: 'tool_calls' }),
      'answer_promised_call',
      {
        ...PLAIN,
        nudge: 'Your last answer held no call that could be read. Issue the call again, or answer.',
      },
    ],
  ])('is asked for once more: %s', async (_name, answer, warning, request) => {
    const { result, loop, spent, warnings } = await judge(answer);
    expect([result.messages, result.ending, loop.retry]).toEqual([[], undefined, { of: 'empty' }]);
    expect([loop.request, spent.corrections, warnings]).toEqual([request, 1, [warning]]);
  });

  test('ends the run when it was the second try', async () => {
    const { result } = await judge(modelValue(), { loop: { retry: { of: 'empty' } } });
    expect(result.ending?.outcome).toEqual({ type: 'empty', message: 'The model gave an empty answer.' });
  });

  test('that was cut has twice the room the second time, and stays out of the history', async () => {
    const { result, loop } = await judge(modelValue({ thinking: 'Hm', wasCut: true, room: 50 }));
    expect(result).toEqual({ messages: [], unfinished: { reasoning: 'Hm', content: '' } });
    expect([loop.room, loop.request]).toEqual([100, { nudge: null, isWithoutThinking: true }]);
  });

  test('has its second try in the turn after a cut call', async () => {
    const tried = loopRun();
    const cut = refusedCall(0, { problem: 'cut' });
    await judgeAnswer(tried.run, 1, modelValue({ calls: [cut], wasCut: true, room: 50 }));
    expect([tried.run.loop.retry, tried.run.loop.room]).toEqual([{ of: 'cut' }, 100]);
    const empty = await judgeAnswer(tried.run, 2, modelValue());
    expect([empty.ending, tried.run.loop.retry]).toEqual([undefined, { of: 'empty' }]);
  });

  test('has its second try after a stream that broke', async () => {
    const { result, loop } = await judge(modelValue(), { loop: { retry: { of: 'stream' } } });
    expect([result.ending, loop.retry]).toEqual([undefined, { of: 'empty' }]);
  });

  test('that promises a call for the second time is the answer if it has a text', async () => {
    const answer = modelValue({ text: 'It is warm.', finishReason: 'tool_calls' });
    const { result } = await judge(answer, { loop: { retry: { of: 'empty' } } });
    expect(result).toEqual({ messages: [answer.message], ending: { outcome: { type: 'completed' } } });
  });

  test('that holds a cut call after an empty one is asked for with more room', async () => {
    const answer = modelValue({ text: 'I call', wasCut: true, hasCutCall: true, room: 50 });
    const { result, loop } = await judge(answer, { loop: { retry: { of: 'empty' } } });
    expect(result).toEqual({ messages: [], unfinished: { reasoning: '', content: 'I call' } });
    expect([loop.retry, loop.room]).toEqual([{ of: 'cut' }, 100]);
  });

  test('after results restates the question', async () => {
    const tried = loopRun();
    await judgeAnswer(tried.run, 1, modelValue({ message: CALLS, calls: [readyCall(0)] }));
    endTurn(tried, [CALLS, { role: 'tool', tool_call_id: 'c0', content: 'seen' }]);
    await judgeAnswer(tried.run, 2, modelValue());
    expect(tried.run.loop.request.nudge).toBe('Answer from the results above, in words: Do it.');
  });

  test('costs a correction, and ends the run where there is none left', async () => {
    const tried = loopRun({ limits: { corrections: 1 } });
    tried.run.budget.spend('corrections', 1);
    const result = await judgeAnswer(tried.run, 1, modelValue());
    expect(result.ending?.outcome).toMatchObject({ type: 'limit', limit: 'corrections' });
  });
});

describe('a broken stream', () => {
  test('is tried again with the same request, and keeps what it had said in sight', async () => {
    const request = { nudge: 'Answer now.', isWithoutThinking: true };
    const answer = modelValue({ text: 'Half', failure: CUT_STREAM });
    const { result, loop, warnings } = await judge(answer, { loop: { request, retry: { of: 'empty' } } });
    expect(result).toEqual({ messages: [], unfinished: { reasoning: '', content: 'Half' } });
    expect([loop.request, loop.retry, warnings]).toEqual([request, { of: 'stream' }, ['turn_retried']]);
  });

  test('fails the run when it was the second try', async () => {
    const { result } = await judge(modelValue({ failure: CUT_STREAM }), { loop: { retry: { of: 'stream' } } });
    expect(result.ending?.outcome).toEqual({ type: 'failed', error: CUT_STREAM });
  });

  test('is no failure after an abort', async () => {
    const { result } = await judge(modelValue({ failure: CUT_STREAM }), { signal: { aborted: true } });
    expect(result.ending?.outcome).toEqual({ type: 'aborted' });
  });
});

test('a failure before the answer began fails the run', async () => {
  const failure = { code: 'unauthorized', message: 'No.', status: 401, retryable: false };
  const { result } = await judge(modelValue({ failure }));
  expect(result.ending?.outcome).toEqual({ type: 'failed', error: failure });
});

test('a conversation that does not fit ends the run', async () => {
  const overflow = { type: 'limit', limit: 'context', message: 'Too long.' } as const;
  expect((await judge(modelValue({ overflow }))).result.ending?.outcome).toEqual(overflow);
});

describe('calls', () => {
  test('that all went back keep a forced choice', async () => {
    const { loop } = await judge(modelValue({ calls: [refusedCall(0)] }), { loop: { toolChoice: FORCED } });
    expect(loop.toolChoice).toEqual(FORCED);
  });

  test('of which one ran drop it: the model must be able to come to an end', async () => {
    const { loop } = await judge(modelValue({ calls: [refusedCall(0), readyCall(1)] }), {
      loop: { toolChoice: FORCED },
    });
    expect(loop.toolChoice).toBeNull();
  });

  test('make the next request a plain one', async () => {
    const request = { nudge: 'x', isWithoutThinking: true };
    const { loop } = await judge(modelValue({ calls: [readyCall(0)] }), { loop: { request, retry: { of: 'stream' } } });
    expect([loop.request, loop.retry, loop.context]).toEqual([PLAIN, null, { tokens: 10, messages: 2 }]);
  });
});

describe('a structured output', () => {
  const unfit = (wasCut = false) =>
    modelValue({ text: 'no', output: { type: 'unfit', problem: 'it is not JSON' }, wasCut, room: 50 });

  test('that fits completes the run', async () => {
    const { result } = await judge(modelValue({ text: '{}', output: { type: 'fits', value: { a: 1 } } }));
    expect(result.ending).toEqual({ outcome: { type: 'completed' }, output: { a: 1 } });
  });

  test('that does not fit is asked for again, without thinking, and with room if it was cut', async () => {
    const { result, loop, warnings } = await judge(unfit(true));
    const content = 'That JSON does not fit:\nit is not JSON\nGive it again, corrected, and nothing else.';
    expect([result.ending, loop.added, loop.outputFailures]).toEqual([undefined, [{ role: 'user', content }], 1]);
    expect([loop.request, loop.room, warnings]).toEqual([
      { nudge: null, isWithoutThinking: true },
      100,
      ['output_corrected'],
    ]);
  });

  test('that does not fit for the third time fails the run', async () => {
    const { result } = await judge(unfit(), { loop: { outputFailures: 2 } });
    expect(result.ending?.outcome).toEqual({
      type: 'failed',
      error: {
        code: 'output_invalid',
        message: 'The output does not fit its schema, also when asked again: it is not JSON',
        retryable: true,
      },
    });
  });
});
