// Owns the claim that every regular expression in the source takes time that is linear in the text it reads.

import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { patternsOf, slownessOf } from './patterns.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Patterns that are not linear or can not be checked, each with the reason why it may stay. */
const EXCEPTIONS: readonly (readonly [pattern: string, reason: string])[] = [
  [
    String.raw`src/cli/type-ahead.ts [^\r\n]*(?:\r\n?|\n)|[^\r\n]+$: restarted`,
    'one of the two alternatives matches at any place, so that no search begins again',
  ],
  [
    String.raw`src/client/api-error.ts , 'input': .*?(?=, 'ctx': |\}(?:\n|$)|$): restarted`,
    'the end of the text always matches, so that no search begins again',
  ],
  [String.raw`src/client/base-url.ts \/+$: restarted`, 'an address that the user configured'],
  [
    String.raw`src/client/metrics.ts ([a-zA-Z_]\w{0,199})="((?:[^"\\]|\\.)*)": restarted`,
    'a value stops at the quotation mark with which the next label would begin; an escaped one has no = before it',
  ],
  ['src/core/visible.ts computed: computed', 'alternatives of a fixed list, none of them repeated'],
  [String.raw`src/mcp/config-file.ts "(?:\\.|[^"\\])*"|,(?=\s*[}\]]): restarted`, 'a file of the user'],
  [String.raw`src/mcp/config-file.ts "(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/: restarted`, 'a file of the user'],
  [String.raw`src/mcp/expand.ts \$\{([^}]*)\}: restarted`, 'a configuration of the user'],
  [
    String.raw`src/mcp/stdio-transport.ts "id"\s*:\s*"?(\d+)"?[^{}[\]"]*\}\s*$: ambiguous`,
    'reads only the last characters of a line, of which a fixed number is kept',
  ],
  ['src/model/scanner/marks.ts computed: computed', 'marks of the formats: alternatives, none of them repeated'],
  [
    String.raw`src/setup/env-file.ts ^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)$: ambiguous`,
    'a line of a file of the user, whose rest always matches',
  ],
  [
    String.raw`src/testing/simulated-arguments.ts [\w./-]*[\w-]\.[a-z]{1,5}\b: restarted`,
    'the simulator reads the question of the person at the terminal or of a test',
  ],
  [
    String.raw`src/testing/token-count.ts \s*[\p{L}\p{N}_]+|\s*[^\s\p{L}\p{N}_]|\s+: restarted`,
    'white space always matches one of the alternatives, so that no search begins again',
  ],
];

describe('a pattern is', () => {
  test.each([
    [/^(a+)+$/, 'nested'],
    [/^(?:\w+\s?)*$/, 'nested'],
    [/^\s*(?:x)?\s*y/, 'ambiguous'],
    [/```\s*([\s\S]*?)\s*```$/, 'ambiguous'],
    [/\s+$/, 'restarted'],
    [/<a>([\s\S]*?)<\/a>/g, 'restarted'],
    [/<f=([^>\s]+)>/g, 'restarted'],
    [/(?:<a>)(?<key>[^x]*)x/, 'restarted'],
    [/<a>([^<]*)<\/a>/g, undefined],
    [/<a b="([^"]+)">/g, undefined],
    [/<\/a>\s*<b>/g, undefined],
    [/^[\s\S]*?x/, undefined],
    [/\s*/y, undefined],
    [/x\s*/, undefined],
    [/[^a]{0,20}b/, undefined],
  ] as const)('%s: %s', ({ source, flags }, slowness) => {
    expect(slownessOf({ path: '', source, flags })).toBe(slowness);
  });
});

test('patterns are found wherever they stand', () => {
  const text = 'const a = /x+/g; f(b.replace(/y/u, "")); new RegExp(c + "z"); class D { e = RegExp(g) }';
  expect(patternsOf({ path: 'a.ts', text })).toEqual([
    { path: 'a.ts', source: 'x+', flags: 'g' },
    { path: 'a.ts', source: 'y', flags: 'u' },
    { path: 'a.ts', source: 'computed', flags: '' },
    { path: 'a.ts', source: 'computed', flags: '' },
  ]);
});

test('no pattern in the source is slow', () => {
  const patterns = sourceFiles().flatMap(patternsOf);
  expect(patterns.length).toBeGreaterThan(50);
  const slow = patterns.flatMap((pattern) => {
    const slowness = slownessOf(pattern);
    return slowness === undefined ? [] : [`${pattern.path} ${pattern.source}: ${slowness}`];
  });
  expect([...new Set(slow)].toSorted()).toEqual(EXCEPTIONS.map(([pattern]) => pattern).toSorted());
});

function sourceFiles() {
  return ['src', 'tools', 'agents']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(ROOT, path), 'utf8') }));
}
