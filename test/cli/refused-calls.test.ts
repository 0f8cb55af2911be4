// Owns claims about which calls of a turn are told as not run, and which warnings are shown unasked.

import { expect, test } from 'vitest';
import { createRefusedCalls } from '../../src/cli/refused-calls.ts';
import { createIsShown } from '../../src/cli/shown-warnings.ts';
import { NOTHING_SPENT } from '../../src/core/run-state.ts';
import type { RunEvent, TurnEndEvent } from '../../src/index.ts';

function ended(callId: string, parentCallId?: string): RunEvent {
  const event = { type: 'tool_end', callId, toolName: 't', isError: false, result: 'r', durationMs: 0 } as const;
  return parentCallId === undefined ? event : { ...event, parentCallId };
}

function turnOf(ids: readonly string[], parentCallId?: string): RunEvent {
  const calls = ids.map((id) => ({ id, type: 'function', function: { name: `tool_${id}`, arguments: '{}' } }) as const);
  const results = ids.map((id) => ({ role: 'tool', tool_call_id: id, content: `result of ${id}` }) as const);
  const event: TurnEndEvent = {
    type: 'turn_end',
    turn: 1,
    messages: [{ role: 'assistant', content: null, tool_calls: calls }, ...results],
    finishReason: null,
    usage: null,
    timings: null,
    toolCalls: 0,
    spent: NOTHING_SPENT,
    loop: null as never,
  };
  return parentCallId === undefined ? event : { ...event, parentCallId };
}

test.each<[string, readonly RunEvent[], readonly string[]]>([
  ['a call that ran', [ended('a'), turnOf(['a'])], []],
  ['one of two', [ended('b'), turnOf(['a', 'b', 'c'])], ['tool_a', 'tool_c']],
  ['an id that ran in an earlier turn', [ended('a'), turnOf(['a']), turnOf(['a'])], ['tool_a']],
  ['an id that ran inside another call', [ended('a', 'outer'), turnOf(['a'])], ['tool_a']],
  ['a call of an inner agent', [ended('a'), turnOf(['a'], 'outer'), turnOf(['a'])], ['tool_a']],
  ['a turn without calls', [turnOf([])], []],
])('%s', (_name, events, names) => {
  const { of } = createRefusedCalls();
  expect(events.flatMap((event) => of(event)).map(({ toolName }) => toolName)).toEqual(names);
});

test('a call is told with its arguments and the reason that the model got', () => {
  expect(createRefusedCalls().of(turnOf(['a']))).toEqual([
    { id: 'a', toolName: 'tool_a', arguments: '{}', reason: 'result of a' },
  ]);
});

test.each([
  [false, ['provider_failed', 'tool_name_taken']],
  [true, ['provider_failed', 'arguments_repaired', 'tool_name_taken', 'arguments_repaired']],
])('with --verbose %s the warnings are %j', (isVerbose, shown) => {
  const isShown = createIsShown(isVerbose);
  const warnings = [
    'provider_failed',
    'arguments_repaired',
    'provider_failed',
    'tool_name_taken',
    'arguments_repaired',
  ];
  expect(warnings.filter((code) => isShown({ code, message: `of ${code}` }))).toEqual(shown);
});
