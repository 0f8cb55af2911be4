// Owns the claims about the tables of the client's page: they have what the source has. Its programs are left to `pages.test.ts`.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STREAM_FIRST_BYTE_MS, WHOLE_FIRST_BYTE_MS } from '../../src/client/limits.ts';
import { DEFAULT_SETTINGS } from '../../src/client/options.ts';

const CLIENT = new URL('../../src/client/', import.meta.url);
const page = readFileSync(new URL('README.md', CLIENT), 'utf8');

test('the table of errors has every code of the client, and no other', () => {
  const rows = page
    .slice(page.indexOf('## Errors'))
    .split('\n')
    .filter((line) => /^\| `[A-Z]/.test(line));
  const listed = rows.flatMap((row) => [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, code]) => code));
  const files = readdirSync(CLIENT).filter((name) => name.endsWith('.ts') && name !== 'unknown-params.ts');
  const source = files.map((name) => readFileSync(new URL(name, CLIENT), 'utf8')).join('\n');
  const thrown = [...source.matchAll(/code: '([a-z]\w*)'|'((?:missing|invalid)_parameter)'/g)];
  const codes = thrown.map(([, code, parameterCode]) => code ?? parameterCode);
  expect([...new Set(listed)].toSorted()).toEqual([...new Set(codes)].toSorted());
});

test('the table of options has every limit with its default', () => {
  const rows = page.matchAll(/^\| `(\w+)`\*? \| ([\d ]+)(?: (?:ms|characters|bytes))?(?: for [^|]+)? \|/gm);
  const listed = [...rows].map(([, name, value = '']) => [name, Number(value.replaceAll(' ', ''))]);
  const limits = Object.entries(DEFAULT_SETTINGS).filter(([, value]) => typeof value === 'number');
  expect(Object.fromEntries(listed)).toEqual({
    ...Object.fromEntries(limits),
    firstByteTimeoutMs: STREAM_FIRST_BYTE_MS,
  });
  expect(page).toContain(`${WHOLE_FIRST_BYTE_MS.toLocaleString('en').replaceAll(',', ' ')} ms for a whole answer`);
});
