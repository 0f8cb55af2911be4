// Owns the claims about folding a stream into a whole answer: what later chunks add, replace and leave alone.

import { describe, expect, test } from 'vitest';
import { createResponseFold } from '../../src/client/response-fold.ts';
import type { DoneEvent, StreamEvent } from '../../src/index.ts';

function done(...finishReasons: readonly (string | null)[]): DoneEvent {
  const timings = { firstByteMs: null, firstTokenMs: null, lastTokenMs: null, totalMs: 0 };
  const stopReasons = finishReasons.map((_, at) => (at === 0 ? 'END' : null));
  return { type: 'done', id: null, model: null, finishReasons, stopReasons, systemFingerprint: null, timings };
}

/** The fields of the first choice's chunks, folded. */
function folded(...chunks: readonly object[]): unknown {
  const fold = createResponseFold();
  for (const chunk of chunks) fold.chunk({ choices: [{ index: 0, ...chunk }] });
  fold.event(done('stop'));
  const {
    index: _index,
    message: _message,
    finish_reason: _finish,
    stop_reason: _stop,
    ...rest
  } = fold.response().choices[0];
  return rest;
}

describe('a field that the client does not know', () => {
  test.each<[string, object[], object]>([
    ['of one chunk is kept', [{ a: 1 }, {}], { a: 1 }],
    ['of a later chunk is added', [{ a: 1 }, { b: 2 }], { a: 1, b: 2 }],
    ['that comes again is replaced', [{ a: 1 }, { a: 2 }], { a: 2 }],
    ['that is null first is replaced', [{ a: null }, { a: 1 }], { a: 1 }],
    ['that is null later stays as it was', [{ a: 1 }, { a: null }], { a: 1 }],
    ['that is never more than null is null', [{ a: null }, { a: null }], { a: null }],
    ['that is a list grows', [{ a: [1] }, { a: [2, 3] }, { a: [] }], { a: [1, 2, 3] }],
    ['that is a list stays through null', [{ a: [1] }, { a: null }, { a: [2] }], { a: [1, 2] }],
    ['that becomes a list is replaced', [{ a: 1 }, { a: [2] }], { a: [2] }],
    ['that becomes an object is replaced', [{ a: [1] }, { a: { b: 2 } }], { a: { b: 2 } }],
    [
      'within an object follows the same rules',
      [{ a: { b: [1], c: 1 } }, { a: { b: [2], c: null } }],
      { a: { b: [1, 2], c: 1 } },
    ],
  ])('%s', (_name, chunks, whole) => {
    expect(folded(...chunks)).toEqual(whole);
  });

  test('is copied: the chunks that others were shown stay as they were', () => {
    const chunks = [
      { a: [1], b: { c: [1] } },
      { a: [2], b: { c: [2] } },
    ];
    expect(folded(...chunks)).toEqual({ a: [1, 2], b: { c: [1, 2] } });
    expect(chunks).toEqual([
      { a: [1], b: { c: [1] } },
      { a: [2], b: { c: [2] } },
    ]);
  });
});

test('events and chunks of two choices make one answer, choices in order of index', () => {
  const fold = createResponseFold();
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } } as const;
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  fold.chunk({
    id: 'x',
    created: 7,
    model: 'm',
    usage: null,
    system_fingerprint: 'vllm',
    object: 'chat.completion.chunk',
  });
  fold.chunk({
    id: 'x',
    choices: [{ index: 1, delta: { role: 'assistant', content: 'b', refusal: 'no' }, finish_reason: null }],
  });
  fold.chunk({
    choices: [null, { message: { content: 'a', odd: 1 }, stop_reason: 'END', finish_reason: 'stop' }],
    usage,
  });
  const events: StreamEvent[] = [
    { type: 'content', delta: 'b', index: 1 },
    { type: 'reasoning', delta: 'h', index: 0 },
    { type: 'reasoning', delta: 'm', index: 0 },
    { type: 'tool_call_delta', toolCallId: 'a', delta: '{}', toolIndex: 0, index: 0 },
    { type: 'tool_call_complete', toolCall: call, toolIndex: 0, index: 0 },
    { type: 'content', delta: 'b', index: 1 },
    { type: 'usage', usage },
    done('tool_calls', 'stop'),
  ];
  for (const event of events) fold.event(event);
  expect(fold.content()).toBe('');
  expect(fold.response()).toEqual({
    id: 'x',
    object: 'chat.completion',
    created: 7,
    model: 'm',
    system_fingerprint: 'vllm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, reasoning: 'hm', tool_calls: [call], odd: 1 },
        finish_reason: 'tool_calls',
        stop_reason: 'END',
      },
      {
        index: 1,
        message: { role: 'assistant', content: 'bb', reasoning: null, tool_calls: undefined, refusal: 'no' },
        finish_reason: 'stop',
        stop_reason: null,
      },
    ],
    usage,
  });
});

test.each<[string, StreamEvent[], string | null]>([
  ['nothing came', [], ''],
  ['only thinking came', [{ type: 'reasoning', delta: 'hm', index: 0 }], null],
])('content when %s', (_name, events, content) => {
  const fold = createResponseFold();
  fold.chunk({ choices: [{ index: 0, delta: {} }] });
  for (const event of [...events, done('stop')]) fold.event(event);
  expect(fold.response().choices[0].message.content).toBe(content);
});
