// Owns claims about putting streamed calls together, over all the shapes that servers were seen to send.

import { describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../src/index.ts';
import { DONE, frame } from '../support/client-helpers.ts';
import { bytesOf, decodeChunks } from '../support/decode.ts';

interface Part {
  readonly index?: number;
  readonly id?: string | null;
  readonly type?: string;
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown };
}

/** Each list is the calls of one chunk. */
function decode(chunks: readonly (readonly Part[])[], end = frame({}, 'tool_calls') + DONE): StreamEvent[] {
  return decodeChunks([bytesOf(chunks.map((calls) => frame({ tool_calls: calls })).join('') + end)]);
}

function callsOf(events: readonly StreamEvent[]): unknown[] {
  return events.flatMap((event) =>
    event.type === 'tool_call_complete'
      ? [[event.toolCall.id, event.toolCall.function.name, event.toolCall.function.arguments]]
      : [],
  );
}

const head = (id: string, name: string, index = 0): Part => ({ index, id, type: 'function', function: { name } });
const args = (text: unknown, index = 0): Part => ({ index, function: { arguments: text } });

const MINTED = expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/);
const WHOLE = '{"x":1}';

describe('one call', () => {
  test.each<[string, Part[][]]>([
    ['as vLLM sends it', [[head('a', 'f')], [args('{"x"')], [args(':1}')]]],
    ['whole in one chunk', [[{ index: 0, id: 'a', function: { name: 'f', arguments: WHOLE } }]]],
    [
      'with the id in every chunk',
      [[{ ...head('a', 'f') }], [{ ...args('{"x"'), id: 'a' }], [{ ...args(':1}'), id: 'a' }]],
    ],
    [
      'with id, type and name in every chunk',
      [
        [head('a', 'f')],
        [{ ...head('a', 'f'), function: { name: 'f', arguments: '{"x"' } }],
        [{ ...head('a', 'f'), function: { name: 'f', arguments: ':1}' } }],
      ],
    ],
    [
      'with an empty id and name in later chunks',
      [
        [head('a', 'f')],
        [{ index: 0, id: '', function: { name: '', arguments: '{"x"' } }],
        [{ index: 0, id: null, function: { name: null, arguments: ':1}' } }],
      ],
    ],
    [
      'with id, name and arguments one by one',
      [[{ index: 0, id: 'a' }], [{ index: 0, function: { name: 'f' } }], [args(WHOLE)]],
    ],
    [
      'with the name after the arguments',
      [[{ index: 0, id: 'a' }], [args('{"x"')], [args(':1}')], [{ index: 0, function: { name: 'f' } }]],
    ],
    [
      'with the id after the arguments',
      [[{ index: 0, function: { name: 'f' } }], [args('{"x"')], [{ ...args(':1}'), id: 'a' }]],
    ],
    [
      'without index',
      [
        [{ id: 'a', function: { name: 'f' } }],
        [{ function: { arguments: '{"x"' } }],
        [{ function: { arguments: ':1}' } }],
      ],
    ],
    ['under an index that does not begin at 0', [[head('a', 'f', 3)], [args(WHOLE, 3)]]],
    ['with arguments as an object', [[{ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } }]]],
    ['with an empty fragment at its end', [[head('a', 'f')], [args(WHOLE)], [args('')]]],
    ['with its tail under a new index, nameless', [[head('a', 'f')], [args('{"x":1')], [args('}', 1)]]],
    ['with its last fragment in the finish chunk', [[head('a', 'f')], [args('{"x"')]]],
  ])('%s', (name, chunks) => {
    const end = name.includes('finish chunk') ? frame({ tool_calls: [args(':1}')] }, 'tool_calls') + DONE : undefined;
    const events = decode(chunks, end);
    expect(callsOf(events)).toEqual([['a', 'f', WHOLE]]);
    const deltas = events.flatMap((event) => (event.type === 'tool_call_delta' ? [event] : []));
    expect(deltas.map((event) => event.delta).join('')).toBe(WHOLE);
    expect(new Set(deltas.map((event) => event.toolCallId))).toEqual(new Set(['a']));
    expect(events.findIndex((event) => event.type === 'tool_call_complete')).toBeGreaterThan(
      events.findLastIndex((event) => event.type === 'tool_call_delta'),
    );
  });

  test.each([
    ['null', [head('a', 'f'), args(null)]],
    ['nothing', [head('a', 'f')]],
    ['empty text', [head('a', 'f'), args('')]],
  ])('with arguments that are %s', (_name, parts) => {
    expect(callsOf(decode([parts]))).toEqual([['a', 'f', '']]);
  });

  test('without id gets one of our own, the same in all its events', () => {
    const events = decode([[{ index: 0, function: { name: 'f', arguments: WHOLE } }]]);
    expect(callsOf(events)).toEqual([[MINTED, 'f', WHOLE]]);
    const ids = events.flatMap((event) =>
      event.type === 'tool_call_delta'
        ? [event.toolCallId]
        : event.type === 'tool_call_complete'
          ? [event.toolCall.id]
          : [],
    );
    expect(new Set(ids).size).toBe(1);
  });

  test('that is cut is given as far as it came', () => {
    expect(callsOf(decode([[head('a', 'f')], [args('{"x": "pa')]], frame({}, 'length') + DONE))).toEqual([
      ['a', 'f', '{"x": "pa'],
    ]);
  });
});

describe('two calls', () => {
  const TWO = [
    ['a', 'f', '{"x":1}'],
    ['b', 'g', '{"y":2}'],
  ];

  test.each<[string, Part[][]]>([
    ['one after the other', [[head('a', 'f')], [args('{"x":1}')], [head('b', 'g', 1)], [args('{"y":2}', 1)]]],
    [
      'interleaved',
      [[head('a', 'f'), head('b', 'g', 1)], [args('{"x"', 0)], [args('{"y"', 1)], [args(':1}', 0)], [args(':2}', 1)]],
    ],
    ['with the same index', [[head('a', 'f')], [args('{"x":1}')], [head('b', 'g')], [args('{"y":2}')]]],
    [
      'without index in one chunk',
      [
        [
          { id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
        ],
      ],
    ],
    [
      'without index, interleaved by id',
      [
        [
          { id: 'a', function: { name: 'f' } },
          { id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
        ],
        [{ id: 'a', function: { arguments: '{"x":1}' } }],
      ],
    ],
    [
      'in falling order of index',
      [[head('b', 'g', 1)], [args('{"y":2}', 1)], [head('a', 'f', 0)], [args('{"x":1}', 0)]],
    ],
  ])('%s', (_name, chunks) => {
    expect(callsOf(decode(chunks))).toEqual(TWO);
  });

  test.each<[string, Part[][]]>([
    [
      'by another name',
      [
        [{ index: 0, function: { name: 'f', arguments: '{"x":1}' } }],
        [{ index: 0, function: { name: 'g', arguments: '{"y":2}' } }],
      ],
    ],
    [
      'without index either',
      [[{ function: { name: 'f', arguments: '{"x":1}' } }, { function: { name: 'g', arguments: '{"y":2}' } }]],
    ],
  ])('without ids are told apart %s', (_name, chunks) => {
    expect(callsOf(decode(chunks))).toEqual([
      [MINTED, 'f', '{"x":1}'],
      [MINTED, 'g', '{"y":2}'],
    ]);
  });

  test('of one tool without ids are told apart by whole arguments', () => {
    const one = (x: number): Part => ({ index: 0, function: { name: 'f', arguments: `{"x":${x}}` } });
    expect(callsOf(decode([[one(1)], [one(2)]]))).toEqual([
      [MINTED, 'f', '{"x":1}'],
      [MINTED, 'f', '{"x":2}'],
    ]);
  });
});

describe('the end', () => {
  test.each([
    ['[DONE] without finish reason', DONE],
    ['the finish chunk without [DONE]', frame({}, 'tool_calls')],
  ])('by %s completes the calls once', (_name, end) => {
    const events = decode([[head('a', 'f')], [args(WHOLE)]], end);
    expect(callsOf(events)).toEqual([['a', 'f', WHOLE]]);
    expect(events.at(-1)?.type).toBe('done');
  });

  test('by a cut connection completes nothing', () => {
    const events = decode([[head('a', 'f')], [args(WHOLE)]], '');
    expect(callsOf(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'stream_cut' } });
  });
});

test('empty call deltas in great number are no calls', () => {
  const events = decode(Array.from({ length: 50 }, () => [{ index: 0, function: {} }, null as never]));
  expect(events.map((event) => event.type)).toEqual(['done']);
});

test('arguments without end are stopped at the limit', () => {
  const bytes = bytesOf(
    frame({ tool_calls: [head('a', 'f')] }) + frame({ tool_calls: [args('x'.repeat(60))] }).repeat(3),
  );
  expect(decodeChunks([bytes], { maxArgumentChars: 200 }).at(-1)).toMatchObject({
    type: 'error',
    error: { code: 'arguments_too_large' },
  });
});

test('calls without end are stopped at the limit too', () => {
  const calls = Array.from({ length: 50 }, (_, at) => frame({ tool_calls: [head(`id${at}`, 'f', at)] })).join('');
  expect(decodeChunks([bytesOf(calls)], { maxArgumentChars: 2000 }).at(-1)).toMatchObject({
    type: 'error',
    error: { code: 'arguments_too_large' },
  });
});
