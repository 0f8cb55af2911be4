// Owns the rules of how a conversation is changed for templates that refuse parts of it, and that each rule is found and remembered.

import { describe, expect, test } from 'vitest';
import { obeyRules, rulesBroken } from '../../../src/agent/turn/template-rules.ts';
import type { AssistantMessage, Message, ToolCall } from '../../../src/index.ts';
import { TEMPLATE_RULES } from '../../../src/model/profile/profile.ts';

function call(id: string): ToolCall {
  return { id, type: 'function', function: { name: 'look', arguments: '{}' } };
}

function called(ids: readonly string[], more: Partial<AssistantMessage> = {}): AssistantMessage {
  return { role: 'assistant', content: null, ...more, tool_calls: ids.map(call) };
}

function result(id: string, content: Extract<Message, { role: 'tool' }>['content'] = `seen ${id}`): Message {
  return { role: 'tool', tool_call_id: id, content };
}

function user(content: Extract<Message, { role: 'user' }>['content']): Message {
  return { role: 'user', content };
}

const SYSTEM: Message = { role: 'system', content: 'Be good.' };
const ASKED = user('Look.');
const SAID: Message = { role: 'assistant', content: 'It is warm.' };
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,' } } as const;
const text = (value: string) => ({ type: 'text', text: value }) as const;

describe('a conversation', () => {
  test.each<[string, readonly Message[]]>([
    ['of one call', [ASKED, called(['a']), result('a')]],
    ['of an answer and a further question', [ASKED, called(['a']), result('a'), SAID, ASKED]],
    ['of nothing', []],
  ])('%s is left as it is', (_name, messages) => {
    expect(obeyRules(messages, TEMPLATE_RULES)).toBe(messages);
    expect(rulesBroken(messages, TEMPLATE_RULES)).toEqual([]);
  });

  test('that breaks rules is left as it is where there are none', () => {
    const messages = [SYSTEM, ASKED, called(['a', 'b']), result('a'), result('b'), user('Now.')];
    expect(obeyRules(messages, [])).toBe(messages);
    expect(rulesBroken(messages, TEMPLATE_RULES)).toEqual(TEMPLATE_RULES);
  });
});

test.each<[string, readonly Message[], readonly Message[]]>([
  [
    'a question after a result',
    [ASKED, called(['a']), result('a'), user('Now.')],
    [ASKED, called(['a']), result('a', 'seen a\n\nNow.')],
  ],
  [
    'several, after the last of several results',
    [ASKED, called(['a', 'b']), result('a'), result('b'), user('Hurry.'), user('Now.'), called(['c']), result('c')],
    [ASKED, called(['a', 'b']), result('a'), result('b', 'seen b\n\nHurry.\n\nNow.'), called(['c']), result('c')],
  ],
  [
    'an image',
    [ASKED, called(['a']), result('a'), user([text('This?'), image])],
    [ASKED, called(['a']), result('a', [text('seen a'), text('This?'), image])],
  ],
])('without a user after a tool: %s is added to it', (_name, messages, expected) => {
  expect(obeyRules(messages, ['no_user_after_tool'])).toEqual(expected);
});

const THOUGHT = { content: 'I look.', reasoning: 'Hm.', reasoning_content: 'Hm.' };

test.each<[string, readonly Message[], readonly Message[]]>([
  [
    'each call has its result after it',
    [ASKED, called(['a', 'b', 'c']), result('a'), result('b'), result('c'), SAID],
    [ASKED, called(['a']), result('a'), called(['b']), result('b'), called(['c']), result('c'), SAID],
  ],
  [
    'what was said and thought stays before the first one',
    [ASKED, called(['a', 'b'], THOUGHT), result('a'), result('b'), called(['c']), result('c')],
    [ASKED, called(['a'], THOUGHT), result('a'), called(['b']), result('b'), called(['c']), result('c')],
  ],
])('one call a message: %s', (_name, messages, expected) => {
  expect(obeyRules(messages, ['one_call_a_message'])).toEqual(expected);
});

test.each<[string, readonly Message[], readonly Message[]]>([
  ['stands before the question', [SYSTEM, ASKED, SAID], [user('Be good.\n\nLook.'), SAID]],
  ['stands before an image', [SYSTEM, user([image]), SAID], [user([text('Be good.'), image]), SAID]],
  ['is the question where there is none', [SYSTEM, SAID], [user('Be good.'), SAID]],
])('no system: it %s', (_name, messages, expected) => {
  expect(obeyRules(messages, ['no_system'])).toEqual(expected);
});

test('all rules together, and a history that has grown begins as it did', () => {
  const short = [SYSTEM, ASKED, called(['a', 'b']), result('a'), result('b'), user('Now.'), called(['c']), result('c')];
  const long = [...short, SAID, user('And?')];
  const expected = [
    user('Be good.\n\nLook.'),
    called(['a']),
    result('a'),
    called(['b']),
    result('b', 'seen b\n\nNow.'),
    called(['c']),
    result('c'),
  ];
  expect(obeyRules(short, TEMPLATE_RULES)).toEqual(expected);
  expect(obeyRules(long, TEMPLATE_RULES)).toEqual([...expected, SAID, user('And?')]);
});
