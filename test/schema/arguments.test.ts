// Owns claims about reading arguments, naming tools and shortening results.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/index.ts';
import { readArguments } from '../../src/schema/read-arguments.ts';
import { failureOf, resultOf } from '../../src/tool/tool-result.ts';
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

describe('a tool', () => {
  const base = { name: 'f', description: 'd', parameters: z.object({}), execute: () => 'x' };

  test.each([
    ['a name with a space', { name: 'get weather' }, /"get weather" is no tool name/],
    ['a name that is too long', { name: 'x'.repeat(65) }, /no tool name/],
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

describe('a result', () => {
  const limit = { maxChars: 200, keep: () => 'Ask on.' };

  test.each([
    ['text', 'text'],
    [{ a: 1 }, '{"a":1}'],
    [undefined, '(no output)'],
    [null, 'null'],
    [0, '0'],
    [[1, 2], '[1,2]'],
    [[], '[]'],
  ])('%j is %j', (value, content) => {
    expect(resultOf(value, limit)).toEqual({ isError: false, content });
  });

  test('of content parts stays as parts', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: 'data:' } },
    ];
    expect(resultOf(parts, limit).content).toEqual(parts);
  });

  test('that is too long keeps head and tail and says what is missing', () => {
    const { content } = resultOf(`${'a'.repeat(500)}${'z'.repeat(500)}`, limit);
    expect(content).toBe(
      `${'a'.repeat(150)}\n\n[800 of 1000 characters are left out here. Ask on.]\n\n${'z'.repeat(50)}`,
    );
  });

  test('is never cut through a character', () => {
    expect(resultOf('🌍'.repeat(200), { ...limit, maxChars: 201 }).content).not.toMatch(
      /[\uD800-\uDBFF](?![\uDC00-\uDFFF])/,
    );
  });

  test('of a cycle is an error of words', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(resultOf(cycle, limit).content).toMatch(/^The tool returned a value that is not JSON/);
  });

  test.each([
    [new RangeError('out'), 'RangeError: out'],
    ['text', 'Error: text'],
    [{ a: 1 }, 'Error: {"a":1}'],
  ])('of throwing %s is %j', (thrown, content) => {
    expect(failureOf(thrown, limit)).toEqual({ isError: true, content });
  });
});
