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

test('a failed call is a hint behind the task, and is not shown as it was made', () => {
  const calls: Message = {
    role: 'assistant',
    content: null,
    tool_calls: ['a', 'b'].map((id) => ({ id, type: 'function', function: { name: 'look', arguments: '{"at":1}' } })),
  };
  const results = [result('a', 'TypeError: it is no path.'), result('b', '18')];
  const [, shown, hint, good] = withTaskRestated([user('Look twice.'), calls, ...results]);
  expect(shown).toEqual({
    ...calls,
    tool_calls: [
      { id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } },
      { id: 'b', type: 'function', function: { name: 'look', arguments: '{"at":1}' } },
    ],
  });
  expect([hint?.content, good?.content]).toEqual([
    'Look twice.\n\nHint: it is no path.',
    expect.stringMatching(/^18\n\nThat was the result\..* The task: Look twice\.$/),
  ]);
});

test('a result that is given again has its own reminder', () => {
  const again = result('b', 'This call ran already, so it did not run again. Answer now: Which?');
  const messages = [user('Which?'), call('a'), again];
  expect(withTaskRestated(messages)).toEqual(messages);
});

test('nothing is added where there are no results, and none to a result that is no text', () => {
  const parts: Message = { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: '18' }] };
  const messages = [user('Hello'), call('a'), parts, { role: 'assistant', content: 'Hi' } as const];
  expect(withTaskRestated(messages)).toEqual(messages);
  expect(withTaskRestated([call('a'), result('a', '18')])).toEqual([call('a'), result('a', '18')]);
});
