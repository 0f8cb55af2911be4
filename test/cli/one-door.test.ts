// Owns claims about how text reaches a terminal: through one file, which makes visible what a person would not see.

import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findingLine } from '../../src/cli/doctor/report.ts';
import { helpText } from '../../src/cli/help.ts';
import { createOutput } from '../../src/cli/output.ts';
import { block, exactJson, paint, styled } from '../../src/cli/styled.ts';
import { defineAgent, defineTool } from '../../src/index.ts';
import { signInNotice } from '../../src/setup/mount-mcp.ts';
import { readSource } from '../architecture/source.ts';
import { createFakeIo } from './fake-io.ts';

const ROOT = fileURLToPath(new URL('../../src', import.meta.url));
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** What a program can write to a terminal with, under any name that it is given afterwards. */
const DOORS = ['stdout', 'stderr', 'console', '_rawDebug', 'writeSync', 'openSync', 'WriteStream', 'createWriteStream'];

test('no other file of the command line can write to standard output or standard error', () => {
  const found = FILES.filter((name) => name.startsWith('cli/')).filter((name) => {
    const { names, imports } = readSource({ path: name, text: readFileSync(`${ROOT}/${name}`, 'utf8') });
    return (
      DOORS.some((door) => names.has(door)) || imports.some((module) => /^(?:node:)?(?:tty|console)$/.test(module))
    );
  });
  expect(found).toEqual(['cli/output.ts']);
});

test('outside it, only the page to sign in at is written, and each part of it is made visible', () => {
  const writes = /\b(?:stdout|stderr)\.write\b|\bconsole\.\w|_rawDebug/;
  const found = FILES.filter((name) => !name.startsWith('cli/')).filter((name) =>
    writes.test(readFileSync(`${ROOT}/${name}`, 'utf8')),
  );
  expect(found).toEqual(['setup/mount-mcp.ts', 'testing/serve-store.ts']);
});

test('no other file makes text that is trusted', () => {
  const found = FILES.filter((name) =>
    /\bas (?:unknown as )?Styled\b|new Screen\(/.test(readFileSync(`${ROOT}/${name}`, 'utf8')),
  );
  expect(found).toEqual(['cli/output.ts']);
});

test('no other file makes escape sequences', () => {
  const escapes = /\\x1b|\\u001b|\\u\{1b\}|\\033/i;
  const found = FILES.filter((name) => escapes.test(readFileSync(`${ROOT}/${name}`, 'utf8')));
  expect(found.toSorted()).toEqual(['cli/key-reader.ts', 'cli/styled.ts']);
});

function written(text: Parameters<ReturnType<typeof createOutput>['write']>[0]): string {
  const stream = new PassThrough();
  createOutput(stream).write(text);
  return String(stream.read());
}

test('the width is that of the window at the moment; one that a terminal does not know is 80', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  const output = createOutput(stream);
  const widths = [120, 40, 0].map((columns) => {
    stream.columns = columns;
    return output.columns;
  });
  expect([widths, createOutput(new PassThrough()).columns]).toEqual([[120, 40, 80], 80]);
});

describe('foreign text', () => {
  const HOSTILE: readonly [string, string, string][] = [
    ['a title', 'a\x1b]0;PWNED\x07b', 'a␛]0;PWNED␇b'],
    ['the clipboard', '\x1b]52;c;AAAA\x1b\\', '␛]52;c;AAAA␛\\'],
    ['a cleared screen', '\x1b[2J\x1b[H', '␛[2J␛[H'],
    ['C1 controls', 'a\u009b31mb\u0090q', 'a\\u009b31mb\\u0090q'],
    ['a carriage return', 'rm -rf /\rls', 'rm -rf /␍ls'],
    ['backspaces', 'abc\b\b\bxyz', 'abc␈␈␈xyz'],
    ['an override of the direction', '/etc/\u202Ehosts', '/etc/\\u202ehosts'],
    ['isolates', '\u2066a\u2069', '\\u2066a\\u2069'],
    ['marks', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
    ['hidden characters', 'pay\u200bpal', 'pay\\u200bpal'],
    ['tag characters', 'a\u{E0041}', 'a\\udb40\\udc41'],
    ['a lone surrogate', 'a\ud800', 'a\\ud800'],
    ['line separators', 'a\u2028b', 'a\\u2028b'],
  ];

  test.each(HOSTILE)('with %s is shown as what it is', (_name, text, shown) => {
    expect([written(text), written(styled`${text}`), written(styled`${block(text)}`)]).toEqual([shown, shown, shown]);
    expect(written(paint('red', text))).toBe(`\x1b[31m${shown}\x1b[39m`);
  });

  test('stays on the line that it was given, and cannot pass for a line of the program', () => {
    expect(written(styled`- ${'a\n✓ all is well'}`)).toBe('- a ✓ all is well');
    expect(written(styled`! ${block('a\n✓ all is well')}`)).toBe('! a\n  ✓ all is well');
  });

  const TITLE = 'x\x1b]0;PWNED\x07\u202e\ny';
  const SHOWN = 'x␛]0;PWNED␇\\u202e';

  test('in a finding of the doctor is shown as what it is', () => {
    const finding = { check: TITLE, status: 'bad', message: TITLE, remedy: TITLE } as const;
    expect(written(findingLine(finding, createFakeIo().io))).toBe(
      `✗ ${SHOWN} y ${SHOWN}\n  y\n${' '.repeat(22)}-> ${SHOWN}\n${' '.repeat(25)}y\n`,
    );
  });

  test('in the names and descriptions of --help is shown as what it is', () => {
    const tool = defineTool({
      name: 'look',
      description: TITLE,
      parameters: { type: 'object', properties: {} },
      execute: () => '',
    });
    const help = written(helpText(defineAgent({ name: 'a', description: TITLE, tools: [tool] }), 'a.ts'));
    const foreign = ['\x1b', '\x07', '\u202e'].filter((character) => help.includes(character));
    expect([help.split(SHOWN).length, foreign]).toEqual([3, []]);
  });

  test('in the address to sign in at is shown to the letter', () => {
    expect(signInNotice(TITLE, 'https://a.example/\u202egro.live\n\x1b[2J')).toBe(
      `\nThe MCP server ${SHOWN} y asks you to sign in:\nhttps://a.example/\\u202egro.live\\u000a\\u001b[2J\n`,
    );
  });

  test('that a person decides on is shown to the letter', () => {
    expect(written(exactJson({ path: '/etc/\u202Ehosts', 'a\u00a0b': '👨‍👩‍👧' }))).toBe(
      '{\n  "path": "/etc/\\u202ehosts",\n  "a\\u00a0b": "👨\\u200d👩\\u200d👧"\n}',
    );
  });
});
