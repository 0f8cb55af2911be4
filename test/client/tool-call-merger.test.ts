// Owns the claims about which fragments belong to one call, and which events they give.

import { expect, test } from 'vitest';
import { ToolCallMerger } from '../../src/client/tool-call-merger.ts';
import type { StreamEvent } from '../../src/index.ts';

type Entry = readonly [index: number | undefined, id: string | undefined, name: string | undefined, args?: unknown];

/** The events of these fragments, one a chunk, then of the end; each as a line. */
function eventsOf(entries: readonly Entry[], maxChars = 1000): string[] {
  const out: StreamEvent[] = [];
  const merger = new ToolCallMerger(5, maxChars);
  for (const [index, id, name, args] of entries) merger.feed([{ index, id, function: { name, arguments: args } }], out);
  merger.flush(out);
  return out.map((event) => {
    if (event.type === 'tool_call_delta')
      return `${event.index} ${event.toolIndex} ${minted(event.toolCallId)} ${event.name ?? '-'} + ${event.delta}`;
    if (event.type !== 'tool_call_complete') throw new Error(`a merger gives no ${event.type}`);
    const { id, function: called } = event.toolCall;
    return `${event.index} ${event.toolIndex} ${minted(id)} ${called.name} = ${called.arguments}`;
  });
}

function minted(id: string): string {
  return /^chatcmpl-tool-[0-9a-f]{16}$/.test(id) ? 'new' : id;
}

const NO = undefined;

test.each<[string, Entry[], string[]]>([
  [
    'a call, its arguments in two',
    [
      [0, 'a', 'f'],
      [0, NO, NO, '{"x":'],
      [0, NO, NO, '1}'],
    ],
    ['5 0 a f + ', '5 0 a f + {"x":', '5 0 a f + 1}', '5 0 a f = {"x":1}'],
  ],
  [
    'a name that comes late is not in the deltas before it',
    [
      [0, 'a', NO, '{'],
      [0, NO, 'f', '}'],
    ],
    ['5 0 a - + {', '5 0 a f + }', '5 0 a f = {}'],
  ],
  [
    'an id that comes late: its fragments wait for it',
    [
      [0, NO, 'f', '{'],
      [0, NO, NO, '"x":1'],
      [0, 'a', NO, '}'],
    ],
    ['5 0 a f + {"x":1}', '5 0 a f = {"x":1}'],
  ],
  [
    'an id that comes late with the name again',
    [
      [0, NO, 'f', '{'],
      [0, 'a', 'f', '}'],
    ],
    ['5 0 a f + {}', '5 0 a f = {}'],
  ],
  [
    'an id that comes late with another name is another call',
    [
      [0, NO, 'f', '{}'],
      [0, 'a', 'g', '{}'],
    ],
    ['5 1 a g + {}', '5 0 new f + {}', '5 0 new f = {}', '5 1 a g = {}'],
  ],
  [
    'another id at the same index is another call',
    [
      [0, 'a', 'f', '{}'],
      [0, 'b', 'f', '{}'],
    ],
    ['5 0 a f + {}', '5 1 b f + {}', '5 0 a f = {}', '5 1 b f = {}'],
  ],
  [
    'an index that comes back continues its call',
    [
      [0, 'a', 'f', '{'],
      [1, 'b', 'g', '{'],
      [0, NO, NO, '}'],
      [1, NO, NO, '}'],
    ],
    ['5 0 a f + {', '5 1 b g + {', '5 0 a f + }', '5 1 b g + }', '5 0 a f = {}', '5 1 b g = {}'],
  ],
  [
    'an id that comes back without index continues its call',
    [
      [NO, 'a', 'f', '{'],
      [NO, 'b', 'g', '{}'],
      [NO, 'a', NO, '}'],
    ],
    ['5 0 a f + {', '5 1 b g + {}', '5 0 a f + }', '5 0 a f = {}', '5 1 b g = {}'],
  ],
  [
    'an id that comes back under another call’s index is another call',
    [
      [0, 'a', 'f', '{}'],
      [1, 'b', 'g', '{}'],
      [1, 'a', 'f', '{}'],
    ],
    ['5 0 a f + {}', '5 1 b g + {}', '5 2 a f + {}', '5 0 a f = {}', '5 1 b g = {}', '5 2 a f = {}'],
  ],
  [
    'a repeated name continues a call that is not whole',
    [
      [0, NO, 'f', '{"x":'],
      [0, NO, 'f', '{"y":1}'],
      [0, NO, 'f', '}'],
    ],
    ['5 0 new f + {"x":{"y":1}}', '5 0 new f = {"x":{"y":1}}'],
  ],
  [
    'a repeated name with no new object continues a whole call',
    [
      [0, NO, 'f', '{"x":1}'],
      [0, NO, 'f', ' '],
    ],
    ['5 0 new f + {"x":1} ', '5 0 new f = {"x":1} '],
  ],
  [
    'a repeated name with no arguments continues a whole call',
    [
      [0, NO, 'f', '{"x":1}'],
      [0, NO, 'f', ''],
    ],
    ['5 0 new f + {"x":1}', '5 0 new f = {"x":1}'],
  ],
  [
    'a repeated name with a new object after a whole one is another call',
    [
      [0, NO, 'f', '{"x":1}'],
      [0, NO, 'f', ' {"x":2}'],
    ],
    ['5 0 new f + {"x":1}', '5 0 new f = {"x":1}', '5 1 new f +  {"x":2}', '5 1 new f =  {"x":2}'],
  ],
  [
    'another name is another call',
    [
      [0, NO, 'f', '{'],
      [0, NO, 'g', '{}'],
    ],
    ['5 0 new f + {', '5 0 new f = {', '5 1 new g + {}', '5 1 new g = {}'],
  ],
  [
    'a nameless tail under a new index belongs to the last call that it completes',
    [
      [0, 'a', 'f', '{"x":1'],
      [1, NO, NO, '}'],
    ],
    ['5 0 a f + {"x":1', '5 0 a f + }', '5 0 a f = {"x":1}'],
  ],
  [
    'a nameless fragment that completes nothing is a call of its own',
    [
      [0, 'a', 'f', '{"x":1}'],
      [1, NO, NO, '{"y":'],
    ],
    ['5 0 a f + {"x":1}', '5 0 a f = {"x":1}', '5 1 new - + {"y":', '5 1 new  = {"y":'],
  ],
  [
    'an empty fragment with a new index is nothing',
    [
      [0, 'a', 'f', '{}'],
      [1, '', '', ''],
    ],
    ['5 0 a f + {}', '5 0 a f = {}'],
  ],
  ['arguments as an object are encoded', [[0, 'a', 'f', { x: 1 }]], ['5 0 a f + {"x":1}', '5 0 a f = {"x":1}']],
  [
    'calls are completed in order of index',
    [
      [1, 'b', 'g', '{}'],
      [0, 'a', 'f', '{}'],
    ],
    ['5 0 b g + {}', '5 1 a f + {}', '5 1 a f = {}', '5 0 b g = {}'],
  ],
])('%s', (_name, entries, events) => {
  expect(eventsOf(entries)).toEqual(events);
});

test('after a flush an index begins a new call, and the numbering goes on', () => {
  const out: StreamEvent[] = [];
  const merger = new ToolCallMerger(0, 1000);
  for (const id of ['a', 'b']) {
    merger.feed([{ index: 0, id, function: { name: 'f', arguments: '{}' } }], out);
    merger.flush(out);
  }
  expect(out.map((event) => event.type === 'tool_call_complete' && [event.toolCall.id, event.toolIndex])).toEqual([
    false,
    ['a', 0],
    false,
    ['b', 1],
  ]);
});

test.each([
  ['the arguments of one call', [[0, 'a', 'f', 'x'.repeat(100)]], 200, 199],
  [
    'the arguments of two calls',
    [
      [0, 'a', 'f', 'x'.repeat(10)],
      [1, 'b', 'f', 'x'.repeat(10)],
    ],
    220,
    219,
  ],
  [
    'calls without arguments',
    [
      [0, 'a', 'f'],
      [1, 'b', 'f'],
      [2, 'c', 'f'],
    ],
    300,
    299,
  ],
] satisfies [string, Entry[], number, number][])('%s are bounded', (_name, entries, enough, tooLittle) => {
  expect(eventsOf(entries, enough)).not.toEqual([]);
  expect(() => eventsOf(entries, tooLittle)).toThrow(`longer than ${tooLittle} characters (\`maxArgumentChars\`)`);
});
