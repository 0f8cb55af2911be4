// Owns claims about the file tools: what they do in their folder, and that nothing leads out of it.

import { link, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { defineAgent, run, VllmClient } from '../../src/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';
import { segmentsOf } from '../../tools/files/path.ts';
import { createFileTools } from '../../tools/files.ts';

let base = '';
let root = '';

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'files-')));
  root = join(base, 'root');
  await mkdir(join(root, 'notes', 'deep'), { recursive: true });
  await writeFile(join(root, 'a.md'), 'one\nTwo boats\nthree\n');
  await writeFile(join(root, 'notes', 'b.txt'), 'a boat\n');
  await writeFile(join(root, 'notes', 'deep', 'c.md'), 'nothing\n');
  await writeFile(join(root, 'notes', 'bin.dat'), Buffer.from([1, 0, 2]));
  await writeFile(join(root, '.env'), 'KEY=secret-value\n');
  await writeFile(join(base, 'outside.txt'), 'outside-value\n');
  await mkdir(join(base, 'outside'));
  await symlink(join(base, 'outside.txt'), join(root, 'leak.txt'));
  await symlink(join(base, 'outside'), join(root, 'leakdir'));
  await symlink('a.md', join(root, 'inner.md'));
});

afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

/** What the model is told, through a real run. */
async function call(
  name: string,
  args: JsonObject,
  options: { root?: string; approve?: boolean } = {},
): Promise<string> {
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl);
  vllm.script(answer({ toolCalls: [{ name, arguments: args }] }), answer({ content: 'ok' }));
  const agent = defineAgent({ name: 'files', tools: createFileTools({ root: options.root ?? root }) });
  const result = await run(agent, 'x', { client, approve: () => options.approve ?? true });
  const told = result.messages.find(({ role }) => role === 'tool')?.content;
  return typeof told === 'string' ? told : JSON.stringify(told);
}

describe('list_files', () => {
  test('lists a folder, sorted, without what is closed', async () => {
    expect(await call('list_files', {})).toBe('a.md\ninner.md\nleak.txt\nleakdir\nnotes/');
  });

  test.each([
    ['*.md', 'a.md\nnotes/deep/c.md'],
    ['notes/*', 'notes/b.txt\nnotes/bin.dat'],
    ['**/{b,c}.*', 'notes/b.txt\nnotes/deep/c.md'],
    ['nothing*', 'There is nothing.'],
  ])('finds files below by %s, and follows no link', async (pattern, told) => {
    expect(await call('list_files', { pattern })).toBe(told);
  });
});

describe('read_file', () => {
  test('gives the text, or some lines', async () => {
    expect(await call('read_file', { path: 'a.md' })).toBe('one\nTwo boats\nthree\n');
    expect(await call('read_file', { path: './a.md', fromLine: 2, lines: 1 })).toBe('Two boats');
  });

  test('follows a link that stays inside', async () => {
    expect(await call('read_file', { path: 'inner.md' })).toContain('Two boats');
  });

  test.each([
    ['notes/bin.dat', 'is binary'],
    ['missing.md', 'does not exist'],
    ['notes', 'is a folder'],
    ['', 'is a folder'],
  ])('tells the model what is wrong with %j', async (path, why) => {
    expect(await call('read_file', { path })).toContain(why);
  });
});

describe('search_files', () => {
  test('finds lines with their file and number, in either case', async () => {
    expect(await call('search_files', { text: 'BOAT' })).toBe('a.md:2: Two boats\nnotes/b.txt:1: a boat');
    expect(await call('search_files', { text: 'boat', pattern: '*.txt' })).toBe('notes/b.txt:1: a boat');
    expect(await call('search_files', { text: 'secret-value' })).toBe('Nothing was found.');
    expect(await call('search_files', { text: 'outside-value' })).toBe('Nothing was found.');
  });
});

describe('write_file', () => {
  test('makes a file and the folders on the way', async () => {
    expect(await call('write_file', { path: 'new/x/y.txt', text: 'hi' })).toBe(
      '"new/x/y.txt" was created: 2 characters.',
    );
    expect(await readFile(join(root, 'new', 'x', 'y.txt'), 'utf8')).toBe('hi');
  });

  test('replaces only when told to', async () => {
    expect(await call('write_file', { path: 'a.md', text: 'x' })).toContain('exists');
    expect(await readFile(join(root, 'a.md'), 'utf8')).toContain('Two boats');
    expect(await call('write_file', { path: 'a.md', text: 'x', replace: true })).toContain('was replaced');
    expect(await readFile(join(root, 'a.md'), 'utf8')).toBe('x');
  });

  test('is not done without approval', async () => {
    await call('write_file', { path: 'z.txt', text: 'x' }, { approve: false });
    expect(await readdir(root)).not.toContain('z.txt');
  });

  test('does not change a file that has a second name elsewhere', async () => {
    await link(join(base, 'outside.txt'), join(root, 'hard.txt'));
    expect(await call('write_file', { path: 'hard.txt', text: 'x', replace: true })).toContain('hard link');
    expect(await readFile(join(base, 'outside.txt'), 'utf8')).toBe('outside-value\n');
  });
});

describe('nothing leads out', () => {
  const paths = [
    '../outside.txt',
    'notes/../../outside.txt',
    '/etc/passwd',
    'leak.txt',
    'leakdir/x.txt',
    'leakdir/../../outside.txt',
    '.env',
    './.ENV',
    'notes/.git/config',
    '..\\outside.txt',
    'C:/x',
    'a\u0000.md',
    'x'.repeat(5000),
  ];

  test.each(paths)('by reading %j', async (path) => {
    const told = await call('read_file', { path });
    expect(told).not.toMatch(/outside-value|secret-value|root:/);
    expect(told).not.toContain(base);
  });

  test.each(paths)('by writing %j', async (path) => {
    const told = await call('write_file', { path, text: 'HACKED', replace: true });
    expect(told).not.toMatch(/was (created|replaced)/);
    expect(await readFile(join(base, 'outside.txt'), 'utf8')).toBe('outside-value\n');
    expect(await readFile(join(root, '.env'), 'utf8')).toBe('KEY=secret-value\n');
    expect(await readdir(join(base, 'outside'))).toEqual([]);
  });

  test.each(['leakdir', '..', '/'])('by listing %j', async (path) => {
    expect(await call('list_files', { path })).not.toContain('outside.txt');
  });

  test.each(['CON:stream', 'a<b', 'name.', 'name '])('by a name that Windows reads otherwise: %j', (path) => {
    expect(() => segmentsOf(path, 'win32')).toThrow(/no name that this system takes/);
  });
});

test('a folder that is not there is told with the way to name another', async () => {
  expect(await call('list_files', {}, { root: join(base, 'none') })).toContain('FILES_ROOT');
});
