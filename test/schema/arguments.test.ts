// Owns claims about reading arguments and naming tools.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/index.ts';
import { readArguments } from '../../src/schema/read-arguments.ts';
import { createToolbox } from '../../src/tool/toolbox.ts';

describe('arguments', () => {
  test.each<[string, boolean, object]>([
    ['{"a": 1}', false, { type: 'read', value: { a: 1 } }],
    ['{"a": 1}', true, { type: 'read', value: { a: 1 } }],
    ['', false, { type: 'read', value: {} }],
    ['', true, { type: 'cut' }],
    ['null', false, { type: 'read', value: {} }],
    ['{"a": 1', false, { type: 'read', value: { a: 1 }, repair: 'a brace was missing' }],
    ['{"a": [1', false, { type: 'read', value: { a: [1] }, repair: 'a brace was missing' }],
    ['"a": 1}', false, { type: 'read', value: { a: 1 }, repair: 'a brace was missing' }],
    ['{"a": 1}}', false, { type: 'read', value: { a: 1 }, repair: 'there were surplus closing brackets' }],
    ['{"a": {"b": [1]}}} ]\n}', false, { type: 'read', value: { a: { b: [1] } } }],
    ['{"a": "}"}}', false, { type: 'read', value: { a: '}' } }],
    ['{}}', false, { type: 'read', value: {} }],
    ['{"a": 1}}', true, { type: 'cut' }],
    ['{"a": 1}} b', false, { type: 'broken' }],
    ['{a: 1}}', false, { type: 'broken' }],
    ['{"id": 98765432109876543210}', false, { type: 'read', value: { id: '98765432109876543210' } }],
    [
      '{"id": [-9007199254740992, 9007199254740991]}',
      false,
      { type: 'read', value: { id: ['-9007199254740992', 9007199254740991] } },
    ],
    [
      '{"id": 98765432109876543210',
      false,
      { type: 'read', value: { id: '98765432109876543210' }, repair: 'a brace was missing' },
    ],
    [
      '{"a": 1.2345678901234567890, "b": 1e20, "c": "12345678901234567890 \\" 12345678901234567890"}',
      false,
      { type: 'read', value: { a: 1.2345678901234567, b: 1e20, c: '12345678901234567890 " 12345678901234567890' } },
    ],
    ['{"12345678901234567890": 1}', false, { type: 'read', value: { '12345678901234567890': 1 } }],
    ['{"a": 1', true, { type: 'cut' }],
    ['{"a": "pa', false, { type: 'cut' }],
    ['{"a": "pa\\"', false, { type: 'cut' }],
    ['{}{"a": 1}', false, { type: 'read', value: { a: 1 } }],
    ['{"a": 1}{"a": 1}', false, { type: 'read', value: { a: 1 } }],
    ['{"a": 1}{"a": 2}', false, { type: 'broken' }],
    ['"{\\"a\\": 1}"', false, { type: 'read', value: { a: 1 }, repair: 'they were encoded as JSON twice' }],
    ['"text"', false, { type: 'broken' }],
    ['[1]', false, { type: 'broken' }],
    ['{a: 1}', false, { type: 'broken' }],
    ["{'a': 1}", false, { type: 'broken' }],
    ['{"a": 1,', false, { type: 'broken' }],
    ['{"a":', false, { type: 'broken' }],
  ])('%j (cut: %j)', (text, wasCut, expected) => {
    expect(readArguments(text, wasCut)).toMatchObject(expected);
  });
});

test.each([
  ['whole', ''],
  ['glued to another object', '{"a":1}'],
])('arguments that are nested too deeply are refused in words: %s', (_name, before) => {
  const problem = 'the arguments are not valid: they are nested too deeply';
  const text = `${before}{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`;
  expect(readArguments(text, false)).toEqual({ type: 'broken', problem });
  expect(readArguments(text.replace('[]', ''), false)).toMatchObject({ type: before === '' ? 'read' : 'broken' });
});

describe('a tool', () => {
  const base = { name: 'f', description: 'd', parameters: z.object({}), execute: () => 'x' };

  test.each([
    ['a name with a space', { name: 'get weather' }, /"get weather" is not a tool name/],
    ['a name that is too long', { name: 'x'.repeat(65) }, /is not a tool name/],
    ['no description', { description: ' ' }, /has no description/],
    ['no function', { execute: undefined as never }, /no function `execute`/],
    ['a bad limit', { timeoutMs: -1 }, /`timeoutMs` is -1/],
  ])('with %s is refused', (_name, change, message) => {
    expect(() => defineTool({ ...base, ...change })).toThrow(message);
  });

  test('of a name that another one has is refused with both owners', () => {
    const tools = [defineTool(base)];
    expect(() =>
      createToolbox([
        { owner: 'agent `a`', tools },
        { owner: 'server `b`', tools },
      ]),
    ).toThrow('Tool `f` is brought by agent `a` and by server `b`: rename or leave out one of them.');
  });
});
