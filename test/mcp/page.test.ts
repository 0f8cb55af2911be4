// Owns the claim that the page of this room names every field of a configuration and every code, and none that is not there.

import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): Promise<string> => readFile(`${ROOT}${path}`, 'utf8');

async function section(name: string): Promise<string> {
  const page = await read('src/mcp/README.md');
  return page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? '';
}

const sorted = (names: Iterable<string | undefined>): string[] => [...new Set(names)].map(String).toSorted();

test('every field of a configuration is in a table', async () => {
  const source = await read('src/mcp/server-config.ts');
  const declared = source.slice(source.indexOf('interface CommonConfig'), source.indexOf('/** The part of the SDK'));
  const fields = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  const rows = [...(await section('Configuration')).matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(sorted(rows)).toEqual(sorted(fields));
});

test('every field of a sign-in is named', async () => {
  const source = await read('src/mcp/server-config.ts');
  const declared = source.slice(
    source.indexOf('export type AuthConfig'),
    source.indexOf('/** A server in this program'),
  );
  const page = await section('Signing in');
  const fields = [...declared.matchAll(/readonly (\w+)\??: string/g)].map(([, name]) => `\`${name}\``);
  const types = [...declared.matchAll(/readonly type: '(\w+)'/g)].map(([, name]) => `\`{ type: '${name}' }\``);
  expect([...fields, ...types].filter((text) => !page.includes(text))).toEqual([]);
});

test('every code is in one of the tables', async () => {
  const files = (await readdir(`${ROOT}src/mcp`)).filter((name) => name.endsWith('.ts'));
  const sources = await Promise.all([
    ...files.map((name) => read(`src/mcp/${name}`)),
    read('src/agent/tasks/providers.ts'),
  ]);
  const codes = [...sources.join('\n').matchAll(/'((?:mcp|provider|tool_name)_[a-z_]+)'/g)].map(([, code]) => code);
  const tables = `${await section('Errors')}${await section('Warnings')}`;
  const rows = [...tables.matchAll(/^\| `(\w+_\w+)` \|/gm)].map(([, code]) => code);
  expect(sorted(rows)).toEqual(sorted(codes));
});
