// Owns the rules of which question the model is reminded of, and how a long one is cut.

import { expect, test } from 'vitest';
import { answerFromResults, questionBehindResults } from '../../../src/agent/loop/question.ts';
import type { Message } from '../../../src/index.ts';

const ASKED: Message = { role: 'user', content: ' How warm is it? ' };
const CALLED: Message = { role: 'assistant', content: null, tool_calls: [] };
const RESULT: Message = { role: 'tool', tool_call_id: 'c', content: '20' };
const ANSWER: Message = { role: 'assistant', content: 'Warm.' };
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,' } } as const;

test.each<[string, readonly Message[], string | undefined]>([
  ['nobody asked', [CALLED, RESULT], undefined],
  ['there are no messages', [], undefined],
  ['the question is the last message', [ASKED], undefined],
  ['no result stands behind it', [ASKED, ANSWER], undefined],
  ['a result stands behind it', [ASKED, CALLED, RESULT], 'How warm is it?'],
  ['several turns stand behind it', [ASKED, CALLED, RESULT, CALLED, RESULT], 'How warm is it?'],
  ['the results are those of an earlier question', [ASKED, CALLED, RESULT, ANSWER, ASKED], undefined],
  [
    'there was an earlier question',
    [{ role: 'user', content: 'Hello.' }, ANSWER, ASKED, CALLED, RESULT],
    'How warm is it?',
  ],
  [
    'it came in several messages',
    [{ role: 'user', content: 'I am in Paris.' }, ASKED, CALLED, RESULT],
    'I am in Paris.\n\nHow warm is it?',
  ],
  ['it was sent while the run went on', [{ role: 'user', content: 'Hello.' }, CALLED, RESULT, ASKED], undefined],
  [
    'it has parts',
    [
      { role: 'user', content: [{ type: 'text', text: 'What is this?' }, image, { type: 'text', text: 'Say.' }] },
      RESULT,
    ],
    'What is this?\nSay.',
  ],
  ['it is an image alone', [{ role: 'user', content: [image] }, CALLED, RESULT], undefined],
  ['it is empty', [{ role: 'user', content: ' \n' }, CALLED, RESULT], undefined],
])('where %s', (_name, messages, question) => {
  expect(questionBehindResults(messages)).toBe(question);
});

test.each<[string, string, string]>([
  ['at the limit is whole', 'x'.repeat(1200), 'x'.repeat(1200)],
  [
    'keeps its head and its tail',
    `Why? ${'x'.repeat(2000)} Say.`,
    `Why? ${'x'.repeat(595)} […] ${'x'.repeat(595)} Say.`,
  ],
  ['is not cut through a character', `x${'🙂'.repeat(900)}x`, `x${'🙂'.repeat(299)} […] ${'🙂'.repeat(299)}x`],
])('a long question %s', (_name, content, expected) => {
  expect(questionBehindResults([{ role: 'user', content }, CALLED, RESULT])).toBe(expected);
});

test('the reminder ends with the question, which is read last', () => {
  expect(answerFromResults('Why?')).toBe('Answer from the results above, in words: Why?');
});
