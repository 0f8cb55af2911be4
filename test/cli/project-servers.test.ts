// Owns claims about the servers of a project's own files: none is started before a person has allowed the file as it is.

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PromptReply } from '../../src/cli/io.ts';
import { projectServers } from '../../src/cli/project-servers.ts';
import { createFakeIo } from './fake-io.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'project-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const allowedFile = (): string => join(folder, 'config/allowed-files.json');
const A = { mcpServers: { a: { command: 'x', args: ['y'] } } };

function write(name: string, value: unknown): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
}

/** Names of the servers, what was written, and how often the person was asked. */
async function look(reply?: string | PromptReply) {
  let asked = 0;
  const ask = async (): Promise<PromptReply> => {
    asked++;
    return typeof reply === 'string' ? { type: 'line', text: reply } : (reply ?? { type: 'end' });
  };
  const terminal = { ask, onInterrupt: () => () => undefined, hold: () => ({ [Symbol.dispose]: () => undefined }) };
  const { io, text } = createFakeIo(reply === undefined ? {} : { terminal });
  const servers = await projectServers(io, { folder, allowedFile: allowedFile() });
  return { names: Object.keys(servers), err: text.err.replaceAll(folder, 'DIR'), asked };
}

test('they are started once they are allowed, and asked about once for each content', async () => {
  write('.mcp.json', A);
  const shown = '{\n  "a": {\n    "command": "x",\n    "args": [\n      "y"\n    ]\n  }\n}';
  expect(await look('y')).toEqual({ names: ['a'], err: `DIR/.mcp.json names these servers:\n${shown}\n`, asked: 1 });
  expect(await look('n')).toEqual({ names: ['a'], err: '', asked: 0 });
  expect(await look()).toEqual({ names: ['a'], err: '', asked: 0 });
  write('.mcp.json', { mcpServers: { a: { command: 'x', args: ['other'] } } });
  expect(await look('n')).toMatchObject({ names: [], asked: 1 });
  expect(statSync(allowedFile()).mode & 0o777).toBe(0o600);
});

test.each<[string, string | PromptReply]>([
  ['says no', 'n'],
  ['says nothing', ''],
  ['says something else', 'yess'],
  ['ends the input', { type: 'end' }],
  ['interrupts', { type: 'interrupt' }],
])('a person who %s allows nothing', async (_name, reply) => {
  write('.mcp.json', A);
  expect(await look(reply)).toMatchObject({ names: [], asked: 1 });
  expect(() => readFileSync(allowedFile())).toThrow(/ENOENT/);
});

test('without a terminal a file that is not allowed is left out, and told', async () => {
  write('.mcp.json', A);
  expect(await look()).toEqual({
    names: [],
    err: '! --mcp auto: DIR/.mcp.json is left out, since nobody has allowed it as it is: run this in a terminal once, or give --mcp DIR/.mcp.json.\n',
    asked: 0,
  });
});

test('they come from all files, the first of two with one name, each asked about', async () => {
  write('.cursor/mcp.json', { mcpServers: { a: { command: 'cursor' }, c: { command: 'z' } } });
  write('.vscode/mcp.json', { servers: { b: { command: 'code' } } });
  write('.mcp.json', A);
  const { names, asked } = await look('yes');
  expect([names.toSorted(), asked]).toEqual([['a', 'b', 'c'], 3]);
});

test('a file without servers is not asked about; a server that is wrong is told', async () => {
  write('.mcp.json', { mcpServers: {} });
  write('.vscode/mcp.json', { servers: { a: { command: 7 } } });
  expect(await look('y')).toEqual({
    names: [],
    err: '! DIR/.vscode/mcp.json: MCP server `a`: `command` is empty. It is left out.\n',
    asked: 0,
  });
});

test('a folder without such files is told', async () => {
  const err = '! --mcp auto: there is none of .mcp.json, .vscode/mcp.json, .cursor/mcp.json in DIR.\n';
  expect(await look('y')).toEqual({ names: [], err, asked: 0 });
});

test('a file that is not JSON is an error that names it', async () => {
  write('.mcp.json', '{');
  await expect(look('y')).rejects.toThrow(/\.mcp\.json is not valid JSON/);
});

test('a damaged file of what is allowed allows nothing', async () => {
  write('.mcp.json', A);
  write('config/allowed-files.json', '{');
  expect(await look('y')).toMatchObject({ names: ['a'], asked: 1 });
  expect(await look('n')).toMatchObject({ names: ['a'], asked: 0 });
});
