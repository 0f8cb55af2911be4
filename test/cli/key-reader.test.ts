// Owns claims about what arrives from a keyboard: typed, pasted, Ctrl-C, wherever the bytes are split.

import { describe, expect, test } from 'vitest';
import type { Key } from '../../src/cli/key-reader.ts';
import { createKeyReader } from '../../src/cli/key-reader.ts';
import { createFakeTimers } from './fake-keyboard.ts';

function read(...pieces: readonly (string | Uint8Array)[]): {
  readonly before: readonly Key[];
  readonly keys: readonly Key[];
} {
  const keys: Key[] = [];
  const timers = createFakeTimers();
  const reader = createKeyReader(timers.after, (key) => keys.push(key));
  for (const piece of pieces) reader.push(Buffer.from(piece));
  const before = [...keys];
  timers.run();
  return { before, keys };
}

/** Typed keys that follow each other, as one. */
function whole(keys: readonly Key[]): Key[] {
  const joined: Key[] = [];
  for (const key of keys) {
    const last = joined.at(-1);
    if (key.type === 'typed' && last?.type === 'typed')
      joined.splice(-1, 1, { type: 'typed', text: last.text + key.text });
    else joined.push(key);
  }
  return joined;
}

const typed = (text: string): Key => ({ type: 'typed', text });
const pasted = (text: string, isMarked = true): Key => ({ type: 'pasted', text, isMarked });
const INTERRUPT: Key = { type: 'interrupt' };
const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;

describe('a marked paste', () => {
  test.each([
    ['of one line', 'hello'],
    ['of several lines', 'a\r\nb\rc\nd'],
    ['with the keys that stop and suspend', 'a\x03b\x1ac'],
    ['with escape sequences', '\x1b[31mred\x1b[0m \x1b[201'],
    ['with the start mark in it', 'a\x1b[200~b'],
    ['of emoji and Japanese', '日本語👨‍👩‍👧'],
  ])('%s is one text, wherever its bytes are split', (_name, text) => {
    const bytes = Buffer.from(`x${paste(text)}y\r\x03`);
    const expected = [typed('x'), pasted(text), typed('y\r'), INTERRUPT];
    for (let at = 0; at <= bytes.length; at++) {
      expect([at, whole(read(bytes.subarray(0, at), bytes.subarray(at)).keys)]).toEqual([at, expected]);
    }
    expect(whole(read(...[...bytes].map((byte) => Buffer.of(byte))).keys)).toEqual(expected);
  });

  test.each([30 * 1024, 1024 * 1024])('of %i characters is one text', (length) => {
    const text = 'line of text\r\n'.repeat(Math.ceil(length / 14));
    const bytes = Buffer.from(paste(text));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1021) }, (_, at) =>
      bytes.subarray(at * 1021, (at + 1) * 1021),
    );
    expect(read(...pieces).before).toEqual([pasted(text)]);
  });

  test('that lost its end ends when nothing more comes', () => {
    expect(read('\x1b[200~abc', 'def')).toEqual({ before: [], keys: [pasted('abcdef')] });
  });

  test('of nothing is nothing', () => {
    expect(read(paste('')).keys).toEqual([]);
  });
});

describe('what is typed', () => {
  test('arrives at once, the keys that stop and suspend by themselves', () => {
    expect(read('ab\x03c\x1ad').before).toEqual([typed('ab'), INTERRUPT, typed('c'), { type: 'suspend' }, typed('d')]);
  });

  test('waits from a line end on for what may follow at once', () => {
    expect(read('a', 'b\r', 'c')).toEqual({ before: [typed('a')], keys: [typed('a'), typed('b\rc')] });
    expect(read('b\r', '\x03').before).toEqual([typed('b\r'), INTERRUPT]);
  });

  test('does not wait in a terminal that marks what is pasted', () => {
    expect(read(paste('a'), 'b\r').before).toEqual([pasted('a'), typed('b\r')]);
  });

  test('may be Escape, which waits for the rest of a mark', () => {
    expect(read('\x1b')).toEqual({ before: [], keys: [typed('\x1b')] });
    expect(read('\x1b[', '20', 'A').before).toEqual([typed('\x1b[20A')]);
  });

  test('may be an arrow key', () => {
    expect(read('\x1b[A').before).toEqual([typed('\x1b[A')]);
  });
});

describe('what arrives at once without marks', () => {
  const lines = 'a line of text\r'.repeat(100);

  test('is pasted when it is more than a person types', () => {
    const bytes = Buffer.from(lines);
    expect(read(bytes.subarray(0, 1000), bytes.subarray(1000))).toEqual({ before: [], keys: [pasted(lines, false)] });
  });

  test.each([1, 10, 100, 255])('is pasted in pieces of %i bytes too', (size) => {
    const pieces = Array.from({ length: Math.ceil(lines.length / size) }, (_, at) =>
      lines.slice(at * size, (at + 1) * size),
    );
    const { before, keys } = read(...pieces);
    // What comes before the first line end is typed for all that one knows.
    expect(whole(before).every((key) => key.type === 'typed' && !key.text.includes('\r'))).toBe(true);
    expect(keys.map((key) => ('text' in key ? key.text : '')).join('')).toBe(lines);
    expect(keys.filter((key) => key.type === 'pasted')).toHaveLength(1);
  });

  test('is pasted when no key sends it', () => {
    expect(read('a\u202eb').keys).toEqual([pasted('a\u202eb', false)]);
  });

  test('ends before Ctrl-C and before a marked paste', () => {
    expect(read(lines, '\x03').before).toEqual([pasted(lines, false), INTERRUPT]);
    expect(read(lines, paste('b')).before).toEqual([pasted(lines, false), pasted('b')]);
  });
});
