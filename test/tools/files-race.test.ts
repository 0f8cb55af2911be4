// Owns claims about file tools beside a process that swaps folders and files for links to the outside while they work: nothing from outside
// is ever read, listed or written.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openByPath } from '../../tools/files/directory.ts';
import type { Folder } from '../../tools/files/folder.ts';
import { createFolder } from '../../tools/files/folder.ts';
import { walk } from '../../tools/files/walk.ts';

const PROGRAM = fileURLToPath(new URL('swap-program.ts', import.meta.url));
const ROUNDS = 1000;
/** On a busy machine the other process may have to be waited for. */
const MAX_ROUNDS = 100_000;

let base = '';
let root = '';
let outside = '';
let swapping: ChildProcess | undefined;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'files-race-')));
  root = join(base, 'root');
  outside = join(base, 'outside');
  await mkdir(join(root, 'd'), { recursive: true });
  await mkdir(outside);
  await writeFile(join(root, 'd', 'secret.txt'), 'inside');
  await writeFile(join(root, 'f'), 'inside');
  await writeFile(join(outside, 'secret.txt'), 'outside');
  await writeFile(join(outside, 'only-outside.txt'), 'outside');
});

afterEach(async () => {
  swapping?.kill('SIGKILL');
  await rm(base, { recursive: true, force: true });
});

async function startSwapping(): Promise<void> {
  swapping = spawn(process.execPath, ['--import', 'tsx', PROGRAM, root, outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (swapping.stdout !== null) await once(swapping.stdout, 'data');
}

/** How often each thing came of many rounds. */
async function countOf(work: (round: number) => Promise<string>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const hasMet = (): boolean => counts.has('(ToolRetry)');
  for (let round = 0; round < (hasMet() ? ROUNDS : MAX_ROUNDS); round++) {
    const came = await work(round).catch((error: unknown) => (error instanceof Error ? `(${error.name})` : 'thrown'));
    counts.set(came, (counts.get(came) ?? 0) + 1);
  }
  return counts;
}

const textOf = async (folder: Folder, path: string): Promise<string> => {
  const read = await folder.read(path);
  return 'text' in read ? read.text : read.unreadable;
};

// Elsewhere folders cannot be held open.
describe.skipIf(process.platform !== 'linux')('a folder that is swapped for a link again and again', () => {
  const folderHere = () => createFolder({ root, closed: [], maxFileBytes: 1000 });

  test('and a file beside it: only what is inside is read', async () => {
    await startSwapping();
    const folder = folderHere();
    const counts = await countOf((round) => textOf(folder, round % 2 === 0 ? 'd/secret.txt' : 'f'));
    // It was read in some rounds and refused in others, so that the two did meet.
    expect([...counts.keys()].toSorted()).toEqual(['(ToolRetry)', 'inside']);
  });

  test('only what is inside is listed and searched', async () => {
    await startSwapping();
    const folder = folderHere();
    const counts = await countOf(async (round) => {
      if (round % 2 === 0) return (await folder.entries('d')).map(({ name }) => name).join();
      const { paths } = await walk(folder, '', new AbortController().signal);
      return paths.some((path) => path.includes('only-outside')) ? 'outside' : 'secret.txt';
    });
    expect([...counts.keys()].toSorted()).toEqual(['(ToolRetry)', 'secret.txt']);
  });

  test('nothing outside is written, made or removed', async () => {
    await startSwapping();
    const folder = folderHere();
    const counts = await countOf(async (round) => {
      if (round % 4 === 0) return await folder.write(`d/new-${round}.txt`, 'HACKED', false);
      if (round % 4 === 1) return await folder.write(`d/deep-${round}/a.txt`, 'HACKED', false);
      if (round % 4 === 2) return await folder.write('d/secret.txt', 'inside', true);
      return await folder.write('f', 'inside', true);
    });
    swapping?.kill('SIGKILL');
    expect([...counts.keys()].toSorted()).toEqual(expect.arrayContaining(['(ToolRetry)', 'created', 'replaced']));
    expect((await readdir(outside)).toSorted()).toEqual(['only-outside.txt', 'secret.txt']);
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('outside');
  });
});

describe('where folders cannot be held open, paths are looked at again', () => {
  const folderByPath = () => createFolder({ root, closed: ['.env'], maxFileBytes: 1000, openRoot: openByPath });

  test('and what is inside is read, listed and written as elsewhere', async () => {
    const folder = folderByPath();
    expect(await textOf(folder, 'd/secret.txt')).toBe('inside');
    expect((await folder.entries('')).map(({ name }) => name)).toEqual(['d', 'f']);
    expect([await folder.write('new/a.txt', 'a', false), await folder.write('f', 'b', true)]).toEqual([
      'created',
      'replaced',
    ]);
    expect([await readFile(join(root, 'new', 'a.txt'), 'utf8'), await readFile(join(root, 'f'), 'utf8')]).toEqual([
      'a',
      'b',
    ]);
  });

  test.each([
    ['leak/secret.txt', /leads out of the folder by a link/],
    ['up/outside/secret.txt', /leads out of the folder by a link/],
    ['loop/x', /is a link/],
    ['.env', /is closed/],
    ['hidden', /is closed/],
    ['nothing', /does not exist/],
    ['f/x', /does not exist/],
    ['d', /is a folder/],
  ])('and %s is refused', async (path, why) => {
    await symlink(outside, join(root, 'leak'));
    await symlink('..', join(root, 'up'));
    await symlink('loop', join(root, 'loop'));
    await symlink('.env', join(root, 'hidden'));
    await writeFile(join(root, '.env'), 'secret');
    await expect(folderByPath().read(path)).rejects.toThrow(why);
  });

  test('and a folder that has become a link since is seen', async () => {
    const folder = await openByPath(join(root, 'd'));
    await rm(join(root, 'd'), { recursive: true });
    await symlink(outside, join(root, 'd'));
    await expect(folder.confirm()).rejects.toThrow('was changed by somebody else');
    await expect(folder.confirm('secret.txt')).rejects.toThrow('was changed by somebody else');
  });
});
