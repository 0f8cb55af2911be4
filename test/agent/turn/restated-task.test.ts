// Owns where a model is reminded of its task. That it helps was measured with real models: `test/live/tasks.md`.

import { expect, test } from 'vitest';
import { withTaskRestated } from '../../../src/agent/turn/restated-task.ts';
import type { Message } from '../../../src/index.ts';

const call = (id: string): Message => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: '{}' } }],
});
const result = (id: string, content: string): Message => ({ role: 'tool', tool_call_id: id, content });
const user = (content: string): Message => ({ role: 'user', content });

const contents = (messages: readonly Message[]): unknown[] => withTaskRestated(messages).map(({ content }) => content);

test('the task stands behind the last result of each batch, as it was then', () => {
  const first = [
    user('Which is warmer?'),
    call('a'),
    result('a', '18'),
    result('b', '27'),
    call('c'),
    result('c', '9'),
  ];
  const all = [
    ...first,
    { role: 'assistant', content: 'Rome.' } as const,
    user('And Oslo?'),
    call('d'),
    result('d', '4'),
  ];
  const behind = (value: string, task: string): unknown =>
    `${value}\n\nThat was the result. Next: another call if the task needs one, or the answer in words. The task: ${task}`;
  expect(contents(all)).toEqual([
    'Which is warmer?',
    null,
    '18',
    behind('27', 'Which is warmer?'),
    null,
    behind('9', 'Which is warmer?'),
    'Rome.',
    'And Oslo?',
    null,
    behind('4', 'And Oslo?'),
  ]);
  // What a server has in its cache stays as it is.
  expect(contents(all).slice(0, first.length)).toEqual(contents(first));
});

test('nothing is added where there are no results, and none to a result that is no text', () => {
  const parts: Message = { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: '18' }] };
  const messages = [user('Hello'), call('a'), parts, { role: 'assistant', content: 'Hi' } as const];
  expect(withTaskRestated(messages)).toEqual(messages);
  expect(withTaskRestated([call('a'), result('a', '18')])).toEqual([call('a'), result('a', '18')]);
});
