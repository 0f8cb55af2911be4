// Owns the claim that the readers of model text are linear in it, whatever the text and however small the pieces. Work is counted in
// characters that are looked at.

import { describe, expect, test } from 'vitest';
import type { LoneMark } from '../../src/client/lone-mark.ts';
import type { ThinkDelimiters } from '../../src/client/think-delimiters.ts';
import { THINK_TAGS } from '../../src/client/think-delimiters.ts';
import { createThinkSplitter } from '../../src/client/think-tags.ts';
import { ToolCallMerger } from '../../src/client/tool-call-merger.ts';
import { END_MARKS, MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { JSON_LIST, LLAMA_JSON } from '../../src/model/format/json-formats.ts';
import { PYTHONIC } from '../../src/model/format/literal-formats.ts';
import { HARMONY } from '../../src/model/format/named-formats.ts';
import { FAMILIES } from '../../src/model/profile/families.ts';
import { createRescue } from '../../src/model/scanner/rescue.ts';
import { readArguments } from '../../src/schema/read-arguments.ts';
import { ADVERSARIAL_ARGUMENTS, ADVERSARIAL_TEXTS, LONG_TEXTS, repeated } from '../support/adversarial-texts.ts';
import { lookedAt } from '../support/looked-at.ts';
import { scanPieces } from '../support/scan.ts';

/** Every format, those of single families first: they begin without marks, or with words. */
const ALL = [
  ...new Set([
    LLAMA_JSON,
    // Its marks are those of other formats, which read them here.
    { ...JSON_LIST, open: [] },
    PYTHONIC,
    HARMONY,
    ...FAMILIES.flatMap(({ format, alsoWrites }) => [format, ...alsoWrites]),
  ]),
  ...MARKED_FORMATS,
  END_MARKS,
];

const SCHEMAS = new Map([['f', { type: 'object', properties: { a: { type: 'object' } } }]]);

const KIB = 1024;

/** Above 1: more work for each character of a longer text. */
const MAX_EXPONENT = 1.1;

const PIECES = [
  ['whole', Number.POSITIVE_INFINITY],
  ['by 4096', 4096],
  ['by 8', 8],
  ['by 1', 1],
] as const;

function cut(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  return pieces;
}

function rescue(pieces: readonly string[]): void {
  const scanner = createRescue({ formats: ALL, schemas: SCHEMAS });
  for (const piece of pieces) scanner.feed(piece);
  scanner.end(false);
}

/** How the work grows with the length of the text. */
function exponent(
  small: readonly string[],
  large: readonly string[],
  work: (pieces: readonly string[]) => void,
): number {
  const growth = lookedAt(() => work(large)) / lookedAt(() => work(small));
  return Math.log(growth) / Math.log(lengthOf(large) / lengthOf(small));
}

function lengthOf(pieces: readonly string[]): number {
  return pieces.reduce((length, piece) => length + piece.length, 0);
}

test('the counter tells a quadratic reader from a linear one', () => {
  const [small, large] = [cut('a'.repeat(4 * KIB), 8), cut('a'.repeat(16 * KIB), 8)];
  const search = (pieces: readonly string[]): void => {
    let held = '';
    for (const piece of pieces) {
      held += piece;
      held.indexOf('x', held.length - piece.length);
    }
  };
  expect(exponent(small, large, search)).toBeGreaterThan(1.9);
  expect(exponent(small, large, (pieces) => void pieces.map((piece) => piece.indexOf('x')))).toBe(1);
});

describe('reading calls is linear', () => {
  describe.each(PIECES)('%s, from 32 KiB to 1 MiB', (_name, size) => {
    test.each(LONG_TEXTS)('$name', ({ make }) => {
      expect(exponent(cut(make(32 * KIB), size), cut(make(KIB * KIB), size), rescue)).toBeLessThan(MAX_EXPONENT);
    });
  });

  describe.each(PIECES)('%s, from 8 KiB to 32 KiB', (_name, size) => {
    test.each(ADVERSARIAL_TEXTS)('$name', ({ make }) => {
      expect(exponent(cut(make(8 * KIB), size), cut(make(32 * KIB), size), rescue)).toBeLessThan(MAX_EXPONENT);
    });
  });
});

test.each(ADVERSARIAL_TEXTS)('comes out the same in any pieces: $name', ({ make }) => {
  const text = make(2.5 * KIB);
  const [whole, ...others] = [text.length, 1, 8, 97].map((size) =>
    scanPieces(cut(text, size), { formats: ALL, schemas: SCHEMAS }),
  );
  expect(others).toEqual([whole, whole, whole]);
});

test.each(ADVERSARIAL_ARGUMENTS)('reading arguments is linear: $name', ({ make }) => {
  const read = ([text = '']: readonly string[]): void => void readArguments(text, false);
  expect(exponent([make(32 * KIB)], [make(KIB * KIB)], read)).toBeLessThan(MAX_EXPONENT);
});

describe('telling thinking from answer is linear', () => {
  const texts = [
    repeated('openings', '', '<think>'),
    repeated('closings', '<think>a', '</think>'),
    repeated('beginnings of a closing', '<think>a', '</thin'),
    repeated('white space before', '', ' '),
    repeated('white space within', '<think>a', ' '),
    repeated('white space after', '<think>a</think>', '\n'),
    repeated('white space and beginnings', '<think>a', '  </thin'),
  ];

  describe.each(PIECES)('%s', (_name, size) => {
    test.each(texts)('$name', ({ make }) => {
      expect(
        exponent(cut(make(32 * KIB), size), cut(make(256 * KIB), size), splitWith(THINK_TAGS, 'never')),
      ).toBeLessThan(MAX_EXPONENT);
    });
  });

  const unsure = [
    repeated('closings in lines', '', 'a </think> b '),
    repeated('fences', 'a', '```\n</think> '),
    repeated('beginnings of closings', 'a', '</think'),
    repeated('white space after a closing', 'a </think>', ' '),
  ];

  test.each(unsure)('where a closing mark may count that nothing opened: $name', ({ make }) => {
    for (const level of ['own_line', 'abutting'] as const) {
      const split = splitWith(THINK_TAGS, level);
      expect(exponent(cut(make(32 * KIB), 64), cut(make(256 * KIB), 64), split)).toBeLessThan(MAX_EXPONENT);
      expect(exponent([make(32 * KIB)], [make(256 * KIB)], split)).toBeLessThan(MAX_EXPONENT);
    }
  });

  const tokens = [
    repeated('pairs', '', '<|a|>b<a|>c'),
    repeated('closings', '', '<a|>'),
    repeated('answers', '', '<|t|>a<t|>'),
    repeated('dropped marks', '', '<|d|>'),
    repeated('white space after an answer', '<|t|>a<t|>', ' '),
    repeated('beginnings', 'a', '<|'),
  ];

  test.each(tokens)('where marks are tokens: $name', ({ make }) => {
    const answer = { open: ['<|t|>'], close: ['<t|>'] };
    const split = splitWith({ open: '<|a|>', close: '<a|>', areTokens: true, answer, drop: ['<|d|>'] }, 'anywhere');
    expect(exponent(cut(make(32 * KIB), 64), cut(make(256 * KIB), 64), split)).toBeLessThan(MAX_EXPONENT);
    expect(exponent([make(32 * KIB)], [make(256 * KIB)], split)).toBeLessThan(MAX_EXPONENT);
  });
});

function splitWith(delimiters: ThinkDelimiters, lone: LoneMark): (pieces: readonly string[]) => void {
  return (pieces) => {
    const splitter = createThinkSplitter(delimiters, lone);
    for (const piece of pieces) splitter.feed(piece);
    splitter.end();
  };
}

describe('putting the fragments of calls together is linear', () => {
  const name = 'f';
  const text = (length: number): string[] => Array.from({ length }, () => 'abcdefgh');
  const fragments: Record<string, (text: string, at: number) => object> = {
    'with the name in each': (args) => ({ index: 0, function: { name, arguments: `{${args}` } }),
    'with an index of its own for each': (args, at) => ({ index: at, function: { arguments: args } }),
    'with white space after a whole call': (_args, at) => ({
      index: at,
      function: at === 0 ? { name, arguments: '{"a":1}' } : { arguments: ' '.repeat(8) },
    }),
    'with an id of its own for each, and no index': (args, at) => ({
      id: `id-${at}`,
      function: { name, arguments: args },
    }),
    'with no index and two ids in turn': (args, at) => ({ id: `id-${at % 2}`, function: { name, arguments: args } }),
  };

  test.each(Object.entries(fragments))('%s', (_name, fragment) => {
    const merge = (pieces: readonly string[]): void => {
      const merger = new ToolCallMerger(0, 64 * KIB * KIB);
      for (const [at, piece] of pieces.entries()) merger.feed([fragment(piece, at)], []);
      merger.flush([]);
    };
    expect(exponent(text(KIB), text(16 * KIB), merge)).toBeLessThan(MAX_EXPONENT);
  });
});
