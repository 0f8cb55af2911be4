// Owns claims about widths on a terminal: cells, not code units, and no cut inside what is one character to a person.

import { describe, expect, test } from 'vitest';
import { cutToCells, padCells } from '../../src/cli/cells.ts';

const FAMILY = '👨‍👩‍👧';
const COMBINED = 'e\u0301\u0323';
const FLAG = '🇫🇷';

describe('a cut', () => {
  test.each<[string, number, string]>([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['日本語', 6, '日本語'],
    ['日本語です', 6, '日本…'],
    ['日本語です', 7, '日本語…'],
    ['a日本語', 4, 'a日…'],
    [FAMILY.repeat(3), 6, FAMILY.repeat(3)],
    [FAMILY.repeat(4), 6, `${FAMILY.repeat(2)}…`],
    [FLAG.repeat(4), 5, `${FLAG.repeat(2)}…`],
    [COMBINED.repeat(4), 4, COMBINED.repeat(4)],
    [COMBINED.repeat(5), 4, `${COMBINED.repeat(3)}…`],
    ['한국어', 3, '한…'],
    ['abc', 1, '…'],
    ['日本', 1, '…'],
    ['a', 1, 'a'],
    ['abc', 0, ''],
    ['abc', -3, ''],
    ['', 0, ''],
    [`a${'\u0301'.repeat(100_000)}b`, 2, '…'],
    ['x'.repeat(1_000_000), 5, 'xxxx…'],
  ])('of %j at %i cells', (text, cells, shown) => {
    expect(cutToCells(text, cells)).toBe(shown);
  });
});

test.each([
  ['abc', 'abc   '],
  ['日本', '日本  '],
  [FAMILY, `${FAMILY}    `],
  ['longer than that', 'longer than that'],
])('%j is padded by its cells', (text, padded) => {
  expect(padCells(text, 6)).toBe(padded);
});
