// Owns the rules of a tool's result: what the model reads of it, and how a long one is shortened.

import { describe, expect, test } from 'vitest';
import { contentParts } from '../../src/tool/content-parts.ts';
import type { ResultLimit } from '../../src/tool/tool-result.ts';
import { readResult, resultOf as shown } from '../../src/tool/tool-result.ts';

/** As the model gets what takes no waiting. */
function resultOf(value: unknown, limit: ResultLimit) {
  const read = readResult(value);
  if (read instanceof Promise) throw new Error('it takes waiting');
  return shown(read, limit);
}

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

  const image = { type: 'image_url', image_url: { url: 'data:' } } as const;
  const words = (text: string) => ({ type: 'text', text }) as const;

  test('of content parts stays as parts', () => {
    expect(resultOf(contentParts([words('a'), image]), limit).content).toEqual([words('a'), image]);
  });

  test.each([[[{ type: 'file', name: 'a' }]], [[{ type: 'text', text: 'a' }]]])(
    'of data that looks like content parts is data: %j',
    (value) => {
      expect(resultOf(value, limit).content).toBe(JSON.stringify(value));
    },
  );

  test.each([
    ['in one part', ['a'.repeat(500)], [`${'a'.repeat(150)}NOTE${'a'.repeat(50)}`, image]],
    [
      'over several parts, of which none is too long',
      ['a'.repeat(120), 'b'.repeat(120), 'c'.repeat(120)],
      ['a'.repeat(120), `${'b'.repeat(30)}NOTE`, 'c'.repeat(50), image],
    ],
    [
      'so that a part in the middle goes',
      ['a'.repeat(150), 'b'.repeat(100), 'c'.repeat(50)],
      ['a'.repeat(150), 'NOTE', 'c'.repeat(50), image],
    ],
  ])('of content parts that are too long together is cut %s', (_name, texts, shown) => {
    const kept: string[] = [];
    const keep = (text: string): string => {
      kept.push(text);
      return 'Ask on.';
    };
    const { content } = resultOf(contentParts([...texts.map(words), image]), { maxChars: 200, keep });
    const whole = texts.join('');
    const note = `\n\n[${whole.length - 200} of ${whole.length} characters are left out here. Ask on.]\n\n`;
    expect(content).toEqual(shown.map((part) => (typeof part === 'string' ? words(part.replace('NOTE', note)) : part)));
    expect(kept).toEqual([whole]);
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
});
