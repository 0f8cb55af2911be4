// Owns claims about foreign text on a terminal: what is written out, what stays, wherever the text is cut.

import { describe, expect, test } from 'vitest';
import { createVisibleText, exact, visible, visibleLine } from '../../src/core/visible.ts';

/** A text, and how it is shown. */
const SHOWN: readonly (readonly [name: string, text: string, shown: string])[] = [
  ['plain text', 'a b\tc\nd', 'a b\tc\nd'],
  ['an operating system command', '\x1b]0;PWNED\x07', '␛]0;PWNED␇'],
  ['a device control string', '\x1bPq#0\x1b\\', '␛Pq#0␛\\'],
  ['a style', '\x1b[31mred\x1b[0m', '␛[31mred␛[0m'],
  ['the clipboard', '\x1b]52;c;aGk=\x1b\\', '␛]52;c;aGk=␛\\'],
  ['NUL, backspace, delete', 'a\0b\bc\x7fd', 'a␀b␈c\\u007fd'],
  ['form feed and vertical tab', 'a\fb\vc', 'a␌b␋c'],
  ['C1 controls', '\x9b31m \x9d0;t\x9c \x85', '\\u009b31m \\u009d0;t\\u009c \\u0085'],
  ['a carriage return that overwrites', 'rm -rf /\rls', 'rm -rf /␍ls'],
  ['line ends of Windows', 'a\r\nb\r\n', 'a\nb\n'],
  ['a carriage return before a line end', 'a\r\r\nb', 'a␍\nb'],
  ['bidi overrides', 'a\u202eb\u202dc\u202c', 'a\\u202eb\\u202dc\\u202c'],
  ['bidi embeddings', '\u202aa\u202bb', '\\u202aa\\u202bb'],
  ['bidi isolates', '\u2066a\u2067b\u2068c\u2069', '\\u2066a\\u2067b\\u2068c\\u2069'],
  ['bidi marks', 'a\u200eb\u200fc\u061cd', 'a\\u200eb\\u200fc\\u061cd'],
  ['spaces without width', 'a\u200bb\u2060c\ufeffd', 'a\\u200bb\\u2060c\\ufeffd'],
  [
    'other characters without width',
    '\u00ad\u034f\u115f\u1160\u17b4\u180e\u2061\u206a\u3164\uffa0',
    '\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u180e\\u2061\\u206a\\u3164\\uffa0',
  ],
  ['interlinear annotations', '\ufff9a\ufffab\ufffb', '\\ufff9a\\ufffab\\ufffb'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  ['a text in tag characters', '\u{e0001}\u{e0041}\u{e0042}', '\\udb40\\udc01\\udb40\\udc41\\udb40\\udc42'],
  [
    'a text in tag characters after a flag',
    '\u{1f3f4}\u{e0061}\u{e0062}\u{e007f}',
    '\u{1f3f4}\\udb40\\udc61\\udb40\\udc62\\udb40\\udc7f',
  ],
  ['lone surrogates', '\ud800a\udc00', '\\ud800a\\udc00'],
  ['a text in variation selectors', '😀\ufe0f\ufe0e\u{e0100}', '😀\ufe0f\\ufe0e\\udb40\\udd00'],
  ['a variation selector after a letter', 'a\ufe0fb', 'a\\ufe0fb'],
  ['joiners between letters', 'a\u200db\u200cc', 'a\\u200db\\u200cc'],
  ['a joiner after the last emoji', '😀\u200d', '😀\\u200d'],
  ['two joiners', '👨\u200d\u200d👩', '👨\\u200d\\u200d👩'],
  ['joined emoji', '👨‍👩‍👧 👩🏽‍💻 🏳️‍🌈 👁️‍🗨️ ❤️ 1️⃣', '👨‍👩‍👧 👩🏽‍💻 🏳️‍🌈 👁️‍🗨️ ❤️ 1️⃣'],
  [
    'flags',
    '🇫🇷 \u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
    '🇫🇷 \u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  ],
  ['Persian with a non-joiner', 'می\u200cخواهم', 'می\u200cخواهم'],
  ['Hindi with a joiner', 'क्\u200dष', 'क्\u200dष'],
  ['a Japanese name with its variant', '葛\u{e0100}城', '葛\u{e0100}城'],
  ['other scripts', 'Zoë Ελλάδα עברית العربية 日本語 한국어 ไทย', 'Zoë Ελλάδα עברית العربية 日本語 한국어 ไทย'],
];

describe('foreign text', () => {
  test.each(SHOWN)('with %s is shown', (_name, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visible(shown)).toBe(shown);
  });

  test.each(SHOWN)('with %s is the same wherever it is cut in three', (_name, text, shown) => {
    for (let one = 0; one <= text.length; one++) {
      for (let two = one; two <= text.length; two++) {
        const pieces = createVisibleText();
        const parts = [text.slice(0, one), text.slice(one, two), text.slice(two)].map(pieces.push);
        expect([one, two, parts.join('') + pieces.end()]).toEqual([one, two, shown]);
      }
    }
  });

  test.each(SHOWN)('with %s, as JSON, is JSON with the same value', (_name, text) => {
    expect(JSON.parse(visible(JSON.stringify({ [text]: text })))).toEqual({ [text]: text });
  });

  test('on one line has spaces for line ends and tabs', () => {
    expect(visibleLine('a\n✓ b\r\nc\td\re')).toBe('a ✓ b c d␍e');
  });

  test('in pieces waits only for what can change', () => {
    const { push, end } = createVisibleText();
    expect([
      push('a\r'),
      push('b👨'),
      push('\u200d'),
      push('👩\ud83d'),
      push('\ude00'),
      push('\u200d'),
      end(),
      end(),
    ]).toEqual(['a', '␍b👨', '', '\u200d👩', '😀', '', '\\u200d', '']);
  });
});

describe('for a decision', () => {
  test.each([
    ['letters, digits, punctuation, symbols and spaces stay', 'rm -rf "ä日本" €5 + 😀', 'rm -rf "ä日本" €5 + 😀'],
    ['a line end is written out', 'a\nb\r\n', 'a\\u000ab\\u000d\\u000a'],
    ['a tab and escape are written out', 'a\t\x1b[2J', 'a\\u0009\\u001b[2J'],
    ['spaces of other widths are written out', 'a\u00a0b\u3000c\u2800d', 'a\\u00a0b\\u3000c\\u2800d'],
    ['what belongs to an emoji is written out', '👨\u200d👩 ❤\ufe0f', '👨\\u200d👩 ❤\\ufe0f'],
    ['joiners of a script are written out', 'می\u200cخواهم', 'می\\u200cخواهم'],
    ['private and unassigned characters are written out', '\ue000\u{10ffff}', '\\ue000\\udbff\\udfff'],
    ['overrides are written out', '/etc/\u202ehosts', '/etc/\\u202ehosts'],
  ])('%s', (_name, text, shown) => {
    expect(exact(text)).toBe(shown);
  });

  test.each(SHOWN)('JSON with %s is JSON with the same value', (_name, text) => {
    expect(JSON.parse(exact(JSON.stringify(text)))).toBe(text);
  });
});
