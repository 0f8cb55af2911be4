// Owns claims about the file tools: what they do in their folder, and that nothing leads out of it.

import { execFileSync } from 'node:child_process';
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
    expect(await call('list_files', {})).toBe(
      [
        'a.md',
        'inner.md (link)',
        'leak.txt (link: leads out of the folder by a link)',
        'leakdir (link: leads out of the folder by a link)',
        'notes/',
      ].join('\n'),
    );
  });

  test.each([
    ['*.md', 'a.md\nnotes/deep/c.md\n(not listed: is a link: "inner.md")'],
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
    expect(await call('search_files', { text: 'BOAT' })).toBe(
      'a.md:2: Two boats\nnotes/b.txt:1: a boat\n' +
        '(not searched: is a link: "inner.md", "leak.txt", "leakdir"; is binary: "notes/bin.dat")',
    );
    expect(await call('search_files', { text: 'boat', pattern: 'b.txt' })).toBe('notes/b.txt:1: a boat');
    expect(await call('search_files', { text: 'secret-value', pattern: '*.txt', path: 'notes' })).toBe(
      'Nothing was found.',
    );
    expect(await call('search_files', { text: 'outside-value' })).toMatch(/^Nothing was found\.\n/);
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
    // Up.
    ...[
      '..',
      '../',
      '../..',
      '../outside.txt',
      './../outside.txt',
      'notes/../../outside.txt',
      'notes/../a.md',
      'notes/..',
    ],
    ...[
      '../root/a.md',
      '.././outside.txt',
      'a/b/../../../outside.txt',
      '....//outside.txt',
      'notes/deep/../../../outside.txt',
    ],
    // Absolute.
    ...[
      '/etc/passwd',
      '//etc/passwd',
      '/',
      '///',
      'C:/x',
      'c:\\x',
      'C:outside.txt',
      '\\\\server\\share',
      '//server/share',
      '~/outside.txt',
    ],
    // Links.
    ...[
      'leak.txt',
      './leak.txt',
      'leakdir',
      'leakdir/',
      'leakdir/x.txt',
      'leakdir/../../outside.txt',
      'leakdir/x/y.txt',
    ],
    ...[
      'absolute.txt',
      'chain.txt',
      'circle',
      'circle/x',
      'upward/outside.txt',
      'proc/self/environ',
      'notes/../leak.txt',
    ],
    // What is no file.
    ...['pipe', 'pipe/x', 'notes', 'notes/', 'a.md/x', ''],
    // Closed.
    ...[
      '.env',
      './.ENV',
      '.Env',
      'notes/.env.local',
      'notes/.git/config',
      '.git',
      '.git/x',
      'node_modules/x.js',
      'a.pem',
      'ID_RSA',
      'x/.ssh/y',
    ],
    ...['secret-link', 'secret-link/x'],
    // Spelling.
    ...['..\\outside.txt', 'notes\\b.txt', 'a\u0000.md', '../outside.txt\u0000.md', 'a\nb', '\u001b[31m', '\u0085x'],
    ...[
      'x'.repeat(5000),
      `${'x'.repeat(300)}.txt`,
      'x/'.repeat(600),
      '%2e%2e/outside.txt',
      '..%2foutside.txt',
      '．．/outside.txt',
    ],
  ];
  const NAMES_OF_FILES = [
    '%2e%2e/outside.txt',
    '..%2foutside.txt',
    '．．/outside.txt',
    '....//outside.txt',
    '~/outside.txt',
  ];

  beforeEach(async () => {
    await symlink(join(root, '..', 'outside.txt'), join(root, 'absolute.txt'));
    await symlink('leak.txt', join(root, 'chain.txt'));
    await symlink('circle', join(root, 'circle'));
    await symlink('..', join(root, 'upward'));
    await symlink('/proc', join(root, 'proc'));
    await symlink('.env', join(root, 'secret-link'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
  });

  test.each(paths)('by reading %j', async (path) => {
    const told = await call('read_file', { path });
    expect(told).not.toMatch(/outside-value|secret-value|root:/);
    expect(told).not.toContain(base);
  });

  test('among these are more than sixty, and each is refused with its remedy', async () => {
    expect(new Set(paths).size).toBeGreaterThan(60);
    const told = await Promise.all(paths.map((path) => call('read_file', { path })));
    expect(told.filter((text) => !/^"[^\n]*(: |must|has|holds|is )[^\n]*\.$/.test(text))).toEqual([]);
  });

  test.each(paths)('by writing %j', async (path) => {
    const told = await call('write_file', { path, text: 'HACKED', replace: true });
    // These look like ways out and are names like others.
    if (!NAMES_OF_FILES.includes(path)) expect(told).not.toMatch(/was (created|replaced)/);
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
