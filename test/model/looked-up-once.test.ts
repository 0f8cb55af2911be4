// Owns claims about calls that are many, long or deep: each is looked for once, and none of them ends the run.

import { describe, expect, test } from 'vitest';
import { MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { HERMES } from '../../src/model/format/tool-call-formats.ts';
import { createEcho } from '../../src/model/scanner/echo.ts';
import { lookedAt } from '../support/looked-at.ts';
import { scanPieces } from '../support/scan.ts';

const schemas = new Map([['f', { type: 'object' }]]);

function listOf(calls: number): string {
  return `<tool_calls>[${Array(calls).fill('{"name":"f"}').join(',')}]</tool_calls>`;
}

test('calls between the same marks are looked for in the messages once', () => {
  const repeats = createEcho([{ role: 'user', content: 'words '.repeat(20_000) }]);
  const looked = (calls: number): number => lookedAt(() => scanPieces([listOf(calls)], { schemas, repeats }));
  looked(1);
  expect(looked(100)).toBeLessThan(2 * looked(50));
});

test('arguments nested too deep to be written are no call', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const text = `<tool_call>{"name":"f","arguments":{"a":${deep}}}</tool_call>`;
  expect(scanPieces([text], { schemas }).calls).toEqual([]);
});

test('closing marks in a string cost no reading of the whole call', () => {
  const text = `<tool_call>{"name":"f","arguments":{"a":"${'x'.repeat(8000)}`;
  const looked = (ends: number): number =>
    lookedAt(() =>
      scanPieces([text, ...Array(ends).fill('</tool_call>'), '"}}</tool_call>'], { schemas, formats: [HERMES] }),
    );
  expect(looked(30)).toBeLessThan(1.5 * looked(2));
});

describe('a call is found', () => {
  test.each([
    [
      '<tool_call>{"name":"f","arguments":{"a":"</tool_call>","b":"</tool_call>"}}</tool_call>',
      { a: '</tool_call>', b: '</tool_call>' },
    ],
    [
      '<|tool_call_start|>[f(a="<|tool_call_end|>", b=\'<|tool_call_end|>\')]<|tool_call_end|>',
      { a: '<|tool_call_end|>', b: '<|tool_call_end|>' },
    ],
    [
      '<|tool_call>call:f{a:<|"|><tool_call|><|"|>,b:<|"|><tool_call|><|"|>}<tool_call|>',
      { a: '<tool_call|>', b: '<tool_call|>' },
    ],
  ])('in %s, in pieces of any length', (text, args) => {
    for (const length of [1, 7, text.length]) {
      const pieces = text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
      expect(scanPieces(pieces, { schemas })).toEqual({
        text: '',
        calls: [{ name: 'f', arguments: JSON.stringify(args) }],
        hasCutCall: false,
      });
    }
  });
});

test('a tag within a tag, with words in it, is text', () => {
  const text = '<function=<function=f> words </function>';
  expect(scanPieces([text], { schemas, formats: MARKED_FORMATS })).toEqual({
    text,
    calls: [],
    hasCutCall: false,
  });
});

describe('a call stands in a message', () => {
  test.each([
    [`{"name":"f","arguments":{"a":"${'ab'.repeat(100)}"}}`, true],
    [`{"name":"f","arguments":{"a":"${'ab'.repeat(99)}b"}}`, false],
  ])('%s: %s', (call, expected) => {
    const content = `ab {"name":"f","arguments":{"a":"ab {"name":"f","arguments":{"a":"${'ab'.repeat(100)}"}} ab`;
    expect(createEcho([{ role: 'user', content }])(call, 'f')).toBe(expected);
  });

  test('however its letters are composed', () => {
    const composed = `{"name":"f","arguments":{"a":"${'\u00e9'.repeat(200)}"}}`;
    expect(createEcho([{ role: 'user', content: composed.normalize('NFD') }])(composed, 'f')).toBe(true);
  });

  test('looking at a thousand marks on a letter is linear', () => {
    const looked = (marks: number): number => {
      const content = `a${'\u0315\u0316'.repeat(marks)}`;
      return lookedAt(() => createEcho([{ role: 'user', content }])('{"name":"f"}', 'f'));
    };
    expect(looked(20_000) / looked(2000)).toBeLessThan(12);
  });
});
