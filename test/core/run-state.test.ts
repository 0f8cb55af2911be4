// Owns the folds of a run's events: what lasts, and the view of the turn under way.

import { describe, expect, test } from 'vitest';
import { canonicalJson, isSameJson } from '../../src/core/json.ts';
import { INITIAL_LOOP_STATE } from '../../src/core/loop-state.ts';
import { MAX_KEPT_CHARS } from '../../src/core/run-state.ts';
import type { RunEvent, RunState, TurnView } from '../../src/index.ts';
import { INITIAL_RUN_STATE, reduceRun, reduceTurn } from '../../src/index.ts';

const USER = { role: 'user', content: 'Hi' } as const;
const ASSISTANT = { role: 'assistant', content: 'Yo' } as const;
const SPENT = { turns: 1, toolCalls: 2, tokens: 3, corrections: 4, timeMs: 5 };
const RUN_USAGE = { promptTokens: 1, completionTokens: 2, totalTokens: 3, cachedTokens: null, reasoningTokens: 1 };
const START: RunEvent = { type: 'run_start', runId: 'r', agent: 'a', messages: [USER] };
const TURN_END = {
  type: 'turn_end',
  turn: 1,
  messages: [ASSISTANT],
  finishReason: 'stop',
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: { cached_tokens: 4 } },
  timings: null,
  toolCalls: 2,
  spent: SPENT,
  loop: INITIAL_LOOP_STATE,
} as const;

const started = reduceRun(INITIAL_RUN_STATE, START);

function fold(...events: readonly RunEvent[]): RunState {
  return events.reduce(reduceRun, started);
}

describe('what lasts', () => {
  test('begins with the run, or with what an earlier part of it had come to', () => {
    expect(started).toEqual({ ...INITIAL_RUN_STATE, runId: 'r', agent: 'a', messages: [USER] });
    const kept = [{ callId: 'c', text: 't' }];
    const resumed = {
      turns: 2,
      toolCalls: 1,
      usage: RUN_USAGE,
      warnings: [{ code: 'x', message: 'X' }],
      spent: SPENT,
      loop: INITIAL_LOOP_STATE,
      pending: null,
    };
    expect(reduceRun(INITIAL_RUN_STATE, { ...START, kept, resumed })).toEqual({ ...started, ...resumed, kept });
  });

  test('grows by whole turns, their counts and those of runs inside them', () => {
    const state = fold({ type: 'turn_start', turn: 1, added: [USER] }, { ...TURN_END, innerUsage: RUN_USAGE });
    expect(state).toEqual({
      ...started,
      turns: 1,
      messages: [USER, USER, ASSISTANT],
      toolCalls: 2,
      usage: { promptTokens: 11, completionTokens: 7, totalTokens: 18, cachedTokens: 4, reasoningTokens: 1 },
      spent: SPENT,
      loop: INITIAL_LOOP_STATE,
    });
  });

  test('keeps what an answer said that did not enter the history, until the next turn', () => {
    const unfinished = { reasoning: 'Hm.', content: 'Ha' };
    const broken = fold({ ...TURN_END, messages: [], usage: null, unfinished });
    expect([broken.unfinished, broken.messages, broken.usage]).toEqual([unfinished, [USER], started.usage]);
    expect(reduceRun(broken, { type: 'turn_start', turn: 2, added: [] }).unfinished).toBeNull();
  });

  test('has the turn that waits, until it ends', () => {
    const pending = { message: ASSISTANT, calls: [], results: [] };
    const waiting = fold({ ...TURN_END, messages: [], pending });
    expect([waiting.pending, reduceRun(waiting, TURN_END).pending]).toEqual([pending, null]);
  });

  test('has warnings, the outcome and the output', () => {
    const warning = { code: 'x', message: 'X' };
    const outcome = { type: 'completed' } as const;
    const state = fold({ type: 'warning', warning }, { type: 'run_end', runId: 'r', outcome, output: { a: 1 } });
    expect([state.warnings, state.outcome, state.output]).toEqual([[warning], outcome, { a: 1 }]);
  });

  test.each<RunEvent>([
    { type: 'content', delta: 'a', index: 0 },
    { type: 'reasoning', delta: 'a', index: 0 },
    { type: 'tool_call_delta', toolCallId: 'c', delta: '', toolIndex: 0, index: 0 },
    { type: 'tool_start', callId: 'c', toolName: 't', arguments: {} },
    { type: 'tool_progress', callId: 'c', toolName: 't', progress: 1 },
    { type: 'tool_end', callId: 'c', toolName: 't', isError: false, result: '', durationMs: 1 },
    { ...TURN_END, parentCallId: 'c' },
    { type: 'run_end', runId: 'inner', outcome: { type: 'aborted' }, parentCallId: 'c' },
  ])('is not changed by $type of a step or of a run inside', (event) => {
    expect(reduceRun(started, event)).toBe(started);
  });
});

describe('kept results', () => {
  const kept = (callId: string, text: string): RunEvent => ({ type: 'result_kept', kept: { callId, text } });

  test('of one id are the newest', () => {
    expect(fold(kept('a', '1'), kept('b', '2'), kept('a', '3')).kept).toEqual([
      { callId: 'b', text: '2' },
      { callId: 'a', text: '3' },
    ]);
  });

  test('are as many as there is room for, the oldest go first', () => {
    const half = 'x'.repeat(MAX_KEPT_CHARS / 2);
    const state = fold(kept('a', half), kept('b', half), kept('c', '1'));
    expect(state.kept.map(({ callId }) => callId)).toEqual(['b', 'c']);
    expect(fold(kept('a', `${half}${half}1`)).kept).toEqual([]);
  });
});

test('the view of a turn shows it as it comes, and nothing between turns', () => {
  const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{"a":1}' } } as const;
  const steps: [RunEvent, TurnView | null][] = [];
  const view = (change: Partial<TurnView>): TurnView => ({ turn: 1, reasoning: '', content: '', calls: [], ...change });
  const texts = { reasoning: 'Hm.', content: 'Hello' };
  const composing = { callId: 'c', toolName: 'look', argumentsText: '{"a"', status: 'composing' } as const;
  const called = { ...composing, argumentsText: '{"a":1}', status: 'called' } as const;
  const step = (event: RunEvent, expected: TurnView | null): unknown => steps.push([event, expected]);
  step({ type: 'content', delta: 'early', index: 0 }, null);
  step({ type: 'turn_start', turn: 1, added: [] }, view({}));
  step({ type: 'reasoning', delta: 'Hm.', index: 0 }, view({ reasoning: 'Hm.' }));
  step({ type: 'content', delta: 'Hel', index: 0 }, view({ reasoning: 'Hm.', content: 'Hel' }));
  step({ type: 'content', delta: 'lo', index: 0 }, view(texts));
  step({ type: 'content', delta: 'inner', index: 0, parentCallId: 'x' }, view(texts));
  step(
    { type: 'tool_call_delta', toolCallId: 'c', delta: '{"a"', toolIndex: 0, index: 0, name: 'look' },
    view({ ...texts, calls: [composing] }),
  );
  step({ type: 'tool_call_complete', toolCall: call, toolIndex: 0, index: 0 }, view({ ...texts, calls: [called] }));
  step(
    { type: 'tool_start', callId: 'c', toolName: 'look', arguments: {} },
    view({ ...texts, calls: [{ ...called, status: 'running' }] }),
  );
  step(
    { type: 'tool_progress', callId: 'c', toolName: 'look', progress: 5 },
    view({ ...texts, calls: [{ ...called, status: 'running', progress: 5 }] }),
  );
  step(
    { type: 'tool_end', callId: 'c', toolName: 'look', isError: true, result: 'no', durationMs: 3 },
    view({ ...texts, calls: [{ ...called, status: 'failed', progress: 5, result: 'no', durationMs: 3 }] }),
  );
  step(TURN_END, null);
  let seen: TurnView | null = null;
  for (const [event, expected] of steps) {
    seen = reduceTurn(seen, event);
    expect(seen).toEqual(expected);
  }
});

test.each<[unknown, unknown, boolean]>([
  [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
  [{ a: undefined }, {}, true],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, { b: 1 }, false],
  [{}, [], false],
  [null, {}, false],
  ['1', 1, false],
])('whether %j and %j are the same JSON is %j', (one, other, isSame) => {
  expect([isSameJson(one, other), isSameJson(other, one)]).toEqual([isSame, isSame]);
  expect(canonicalJson(one) === canonicalJson(other)).toBe(isSame);
});
