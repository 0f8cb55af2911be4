// Owns the rules by which events become the view of the current turn.

import { describe, expect, test } from 'vitest';
import { INITIAL_LOOP_STATE } from '../../src/core/loop-state.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import { NOTHING_SPENT } from '../../src/core/run-state.ts';
import type { TurnView } from '../../src/core/turn-view.ts';
import { reduceTurn } from '../../src/core/turn-view.ts';

const EMPTY: TurnView = { turn: 1, reasoning: '', content: '', calls: [] };
const COMPOSING = { callId: 'a', toolName: 'add', argumentsText: '{"a"', status: 'composing' } as const;
const OTHER = { callId: 'b', toolName: 'pay', argumentsText: '{}', status: 'running' } as const;
const VIEW: TurnView = { turn: 1, reasoning: 'Hm', content: 'It', calls: [COMPOSING, OTHER] };

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const ENDED: RunEvent = {
  type: 'turn_end',
  turn: 1,
  messages: [],
  finishReason: 'stop',
  usage: null,
  timings: null,
  toolCalls: 0,
  spent: NOTHING_SPENT,
  loop: INITIAL_LOOP_STATE,
};
const STARTED: RunEvent = { type: 'run_start', runId: 'r', agent: 'tested', messages: [] };
const RUN_ENDED: RunEvent = { type: 'run_end', runId: 'r', outcome: { type: 'completed' } };

function call(id: string, name: string, args: string): RunEvent {
  const toolCall = { id, type: 'function', function: { name, arguments: args } } as const;
  return { type: 'tool_call_complete', toolCall, toolIndex: 0, index: 0 };
}

function delta(toolCallId: string, text: string, name?: string): RunEvent {
  const event = { type: 'tool_call_delta', toolCallId, delta: text, toolIndex: 0, index: 0 } as const;
  return name === undefined ? event : { ...event, name };
}

describe('a turn begins and ends', () => {
  test.each<[string, TurnView | null, RunEvent, TurnView | null]>([
    ['its start makes an empty view', null, { type: 'turn_start', turn: 1, added: [] }, EMPTY],
    ['the next one begins anew', VIEW, { type: 'turn_start', turn: 2, added: [] }, { ...EMPTY, turn: 2 }],
    ['its end leaves none', VIEW, ENDED, null],
    ['the start of a run leaves none', VIEW, STARTED, null],
    ['the end of a run leaves none', VIEW, RUN_ENDED, null],
    ['between turns an event makes none', null, { type: 'content', delta: 'a', index: 0 }, null],
  ])('%s', (_, view, event, expected) => {
    expect(reduceTurn(view, event)).toEqual(expected);
  });
});

describe('an event changes its part of the view alone', () => {
  test.each<[string, RunEvent, Partial<TurnView>]>([
    ['reasoning', { type: 'reasoning', delta: ' so', index: 0 }, { reasoning: 'Hm so' }],
    ['content', { type: 'content', delta: ' is', index: 0 }, { content: 'It is' }],
    [
      'more of a call',
      delta('a', ': 1}'),
      { calls: [{ callId: 'a', toolName: 'add', argumentsText: '{"a": 1}', status: 'composing' }, OTHER] },
    ],
    [
      'a call that begins without its name',
      delta('c', '{'),
      { calls: [COMPOSING, OTHER, { callId: 'c', toolName: '', argumentsText: '{', status: 'composing' }] },
    ],
    [
      'a call that begins with its name',
      delta('c', '', 'list'),
      { calls: [COMPOSING, OTHER, { callId: 'c', toolName: 'list', argumentsText: '', status: 'composing' }] },
    ],
    [
      'a whole call',
      call('a', 'add', '{"a": 2}'),
      { calls: [{ callId: 'a', toolName: 'add', argumentsText: '{"a": 2}', status: 'called' }, OTHER] },
    ],
    [
      'a whole call that was not composed',
      call('c', 'list', '{}'),
      { calls: [COMPOSING, OTHER, { callId: 'c', toolName: 'list', argumentsText: '{}', status: 'called' }] },
    ],
    [
      'a call that starts',
      { type: 'tool_start', callId: 'a', toolName: 'add', arguments: { a: 1 } },
      { calls: [{ ...COMPOSING, status: 'running' }, OTHER] },
    ],
    [
      'progress',
      { type: 'tool_progress', callId: 'b', toolName: 'pay', progress: { part: 1 } },
      { calls: [COMPOSING, { ...OTHER, progress: { part: 1 } }] },
    ],
    [
      'a call that is done',
      { type: 'tool_end', callId: 'b', toolName: 'pay', isError: false, result: 'paid', durationMs: 5 },
      { calls: [COMPOSING, { ...OTHER, status: 'done', result: 'paid', durationMs: 5 }] },
    ],
    [
      'a call that failed',
      { type: 'tool_end', callId: 'b', toolName: 'pay', isError: true, result: 'broke', durationMs: 5 },
      { calls: [COMPOSING, { ...OTHER, status: 'failed', result: 'broke', durationMs: 5 }] },
    ],
  ])('%s', (_, event, change) => {
    expect(reduceTurn(VIEW, event)).toEqual({ ...VIEW, ...change });
  });
});

test('the name of a call stays when a later delta has none', () => {
  const events = [delta('a', '', 'add'), delta('a', '{}')];
  expect(events.reduce(reduceTurn, EMPTY)).toEqual({
    ...EMPTY,
    calls: [{ callId: 'a', toolName: 'add', argumentsText: '{}', status: 'composing' }],
  });
});

describe('the view stays as it is', () => {
  test.each<[string, RunEvent]>([
    ['usage', { type: 'usage', usage: USAGE }],
    ['a kept result', { type: 'result_kept', kept: { callId: 'a', text: 'x' } }],
    ['a warning', { type: 'warning', warning: { code: 'c', message: 'm' } }],
    ['the turn of an agent that runs as a tool', { type: 'turn_start', turn: 1, added: [], parentCallId: 'b' }],
    ['its text', { type: 'content', delta: 'x', index: 0, parentCallId: 'b' }],
    ['its end', { ...RUN_ENDED, parentCallId: 'b' }],
  ])('%s', (_, event) => {
    expect(reduceTurn(VIEW, event)).toBe(VIEW);
  });
});
