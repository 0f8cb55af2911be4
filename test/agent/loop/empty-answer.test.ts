// Owns the rules of which answers answer nothing, and what is changed before asking once more.

import { describe, expect, test } from 'vitest';
import { emptinessOf, textOf } from '../../../src/agent/loop/empty-answer.ts';
import type { ModelValue } from '../../../src/agent/loop/task-values.ts';
import { modelValue, says } from './loop-fixture.ts';

function thinks(reasoning: string, content = ''): Pick<ModelValue, 'message'> {
  return { message: { role: 'assistant', content, reasoning } };
}

const CUT = {
  kind: 'cut',
  message: 'The answer was cut by `max_tokens` before it said or called anything. Raise `max_tokens`.',
  nudge: null,
  withoutThinking: false,
};

const HALF = {
  kind: 'cut',
  message: 'The answer ended in the middle of a call.',
  nudge: 'Your last answer ended in the middle of a call, which did not run. Issue it again, whole, or answer.',
  withoutThinking: false,
};

const PROMISED = {
  kind: 'promised_call',
  message: 'The server said that the model called a tool, but there was no call. Is its tool parser the right one?',
  nudge: 'Your last answer held no call that could be read. Issue the call again, or answer.',
  withoutThinking: false,
};

const THOUGHT = {
  kind: 'thinking_only',
  message:
    'The model only thought, and gave no answer. Turn thinking off (`thinking: "off"`), or check that the server has the reasoning parser of this model.',
  nudge: 'Give your answer now.',
  withoutThinking: true,
};

const NOTHING = {
  kind: 'nothing',
  message: 'The model gave an empty answer.',
  nudge: 'Your last answer was empty. Answer now.',
  withoutThinking: false,
};

describe('an answer', () => {
  test.each<[string, Partial<ModelValue>, unknown]>([
    ['with a text', says('Yes.'), undefined],
    ['with a text and thinking', thinks('Hm.', 'Yes.'), undefined],
    ['with a text that was cut', { ...says('Ye'), wasCut: true, finishReason: 'length' }, undefined],
    ['without anything', {}, NOTHING],
    ['of white space', says(' \n'), NOTHING],
    ['of white space, and white space as thinking', thinks(' ', '\n'), NOTHING],
    ['of thinking', thinks('Hm.'), THOUGHT],
    ['of thinking that was cut', { ...thinks('Hm'), wasCut: true }, { ...CUT, withoutThinking: true }],
    ['that was cut before it began', { wasCut: true }, CUT],
    ['with a text before a cut call', { ...says('I look.'), wasCut: true, hasCutCall: true }, CUT],
    [
      'with thinking before a cut call',
      { ...thinks('Hm.'), wasCut: true, hasCutCall: true },
      { ...CUT, withoutThinking: true },
    ],
    ['that ended in a call by itself', { ...says('I look.'), hasCutCall: true }, HALF],
    ['that promised a call', { finishReason: 'tool_calls' }, PROMISED],
    ['that promised a call beside a text', { ...says('I look.'), finishReason: 'tool_calls' }, PROMISED],
    [
      'that promised a call after thinking',
      { ...thinks('Hm.'), finishReason: 'tool_calls' },
      { ...PROMISED, withoutThinking: true },
    ],
    ['that promised a call and was cut', { finishReason: 'tool_calls', wasCut: true }, CUT],
  ])('%s', (_name, value, emptiness) => {
    expect(emptinessOf(modelValue(value))).toEqual(emptiness);
  });
});

test.each<[string, Partial<ModelValue>, string | null]>([
  ['empty', {}, 'Answer from the results above, in words: How warm is it?'],
  ['nothing but thinking', thinks('Hm.'), 'Answer from the results above, in words: How warm is it?'],
  [
    'a promised call',
    { finishReason: 'tool_calls' },
    'Your last answer held no call that could be read. Issue the call again, or answer: How warm is it?',
  ],
  [
    'the text of a call',
    { hasOnlyLeftCalls: true },
    'Your last answer was the text of a call, and it did not run. Make the call as a tool call, or answer in words: How warm is it?',
  ],
  ['cut', { wasCut: true }, null],
])('after results the question is restated where the answer is %s', (_name, value, nudge) => {
  expect(emptinessOf(modelValue(value), 'How warm is it?')?.nudge).toBe(nudge);
});

test('parts that are no text are no text of the answer', () => {
  expect(textOf(modelValue({ message: { role: 'assistant', content: null } }))).toBe('');
  expect(textOf(modelValue({ message: { role: 'assistant', content: [{ type: 'text', text: 'x' }] } }))).toBe('');
  expect(textOf(modelValue(says('Yes.')))).toBe('Yes.');
});
