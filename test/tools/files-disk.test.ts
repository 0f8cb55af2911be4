// Owns claims about file tools on disks that are full, and among entries that cannot be read: what is there stays, and the rest is told.

import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFileTools } from '../../tools/files.ts';

const PROGRAM = fileURLToPath(new URL('file-tools-program.ts', import.meta.url));

let root = '';

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'files-disk-')));
  await chmod(root, 0o777);
});

afterEach(async () => {
  execFileSync('chmod', ['-R', 'u+rwx', root]);
  await rm(root, { recursive: true, force: true });
});

interface Call {
  readonly name: string;
  readonly args: object;
}

/** What the model is told, by a process of its own. `before` is what its shell does first. */
function inProcess(calls: readonly Call[], before = ':'): string[] {
  const script = `${before}; exec "$0" --import tsx "$@"`;
  const args = ['-c', script, process.execPath, PROGRAM, root];
  const options = {
    encoding: 'utf8',
    input: JSON.stringify(calls),
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  } as const;
  return JSON.parse(execFileSync('bash', args, options));
}

const write = (path: string, text: string, replace = false): Call => ({
  name: 'write_file',
  args: { path, text, replace },
});
const list = (args: object = {}): Call => ({ name: 'list_files', args });
const search = (args: object): Call => ({ name: 'search_files', args });
const LONG = 'x'.repeat(200_000);

describe('a disk that takes no more', () => {
  // The shell limits each file to 8 blocks: beyond that every write fails, as on a full disk.
  const LIMIT = "trap '' XFSZ; ulimit -f 8";
  const REFUSED = 'the system allows no file of this size: what was there before is unchanged. Write less.';

  test('leaves a file that was to be replaced as it was, and nothing beside it', async () => {
    await writeFile(join(root, 'precious.txt'), 'precious');
    await chmod(join(root, 'precious.txt'), 0o666);
    expect(inProcess([write('precious.txt', LONG, true)], LIMIT)).toEqual([
      `"precious.txt" was not written, since ${REFUSED}`,
    ]);
    expect([await readdir(root), await readFile(join(root, 'precious.txt'), 'utf8')]).toEqual([
      ['precious.txt'],
      'precious',
    ]);
  });

  test('leaves no half of a new file, nor the folders made for it', async () => {
    expect(inProcess([write('new/deep/x.txt', LONG)], LIMIT)).toEqual([
      `"new/deep/x.txt" was not written, since ${REFUSED}`,
    ]);
    expect(await readdir(root)).toEqual([]);
  });

  // A small disk of memory is really full. Only some may make one.
  const canMount = (() => {
    try {
      execFileSync('sh', ['-c', "unshare --mount sh -c 'mount -t tmpfs -o size=64k none /mnt'"], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  test.skipIf(!canMount)('and is really full', () => {
    const calls = JSON.stringify([
      write('a.txt', 'precious'),
      write('a.txt', LONG, true),
      write('b/c.txt', LONG),
      list(),
    ]);
    const script =
      'mount -t tmpfs -o size=64k none "$1" && "$0" --import tsx "$2" "$1" && echo && ls -A "$1" && cat "$1/a.txt"';
    const inNamespace = ['-c', 'exec unshare --mount sh -c "$0" "$@"', script, process.execPath, root, PROGRAM];
    const out = execFileSync('sh', inNamespace, {
      input: calls,
      encoding: 'utf8',
      env: { ...process.env, KEEP_RIGHTS: '1' },
    });
    const [told = '', ...rest] = out.split('\n');
    const FULL = 'was not written, since the disk is full: what was there before is unchanged. Tell the user.';
    expect([JSON.parse(told), rest]).toEqual([
      ['"a.txt" was created: 8 characters.', `"a.txt" ${FULL}`, `"b/c.txt" ${FULL}`, 'a.txt'],
      ['a.txt', 'precious'],
    ]);
  });
});

describe('a file that is written', () => {
  async function writeHere(path: string, text: string, replace: boolean): Promise<unknown> {
    const tool = createFileTools({ root }).find(({ name }) => name === 'write_file');
    return await tool?.execute({ path, text, replace }, {} as never);
  }

  test('keeps its mode when it is replaced, and has the usual one when it is new', async () => {
    await writeFile(join(root, 'run.sh'), 'old');
    await chmod(join(root, 'run.sh'), 0o751);
    await writeHere('run.sh', 'new', true);
    await writeHere('a.txt', 'a', false);
    const modes = await Promise.all(
      ['run.sh', 'a.txt'].map(async (name) => (await stat(join(root, name))).mode & 0o7777),
    );
    expect(modes).toEqual([0o751, 0o666 & ~process.umask()]);
    expect([await readFile(join(root, 'run.sh'), 'utf8'), (await readdir(root)).toSorted()]).toEqual([
      'new',
      ['a.txt', 'run.sh'],
    ]);
  });

  test.skipIf(process.getuid?.() !== 0)('keeps its owner', async () => {
    await writeFile(join(root, 'a.txt'), 'old');
    await chown(join(root, 'a.txt'), 1234, 1235);
    await writeHere('a.txt', 'new', true);
    const { uid, gid } = await stat(join(root, 'a.txt'));
    expect([uid, gid]).toEqual([1234, 1235]);
  });

  test('is not replaced when this program may not write it, though it may write the folder', async () => {
    await writeFile(join(root, 'fixed.txt'), 'old');
    await chmod(join(root, 'fixed.txt'), 0o444);
    expect(inProcess([write('fixed.txt', 'new', true)])).toEqual([
      '"fixed.txt" may not be opened by this program: use another file.',
    ]);
    expect(await readFile(join(root, 'fixed.txt'), 'utf8')).toBe('old');
  });

  test('is one of two when both are new at the same moment: neither is lost in silence', async () => {
    const told = await Promise.allSettled(['one', 'two'].map((text) => writeHere('a.txt', text, false)));
    const won = told.findIndex(({ status }) => status === 'fulfilled');
    expect(told.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect([await readFile(join(root, 'a.txt'), 'utf8'), await readdir(root)]).toEqual([
      ['one', 'two'][won],
      ['a.txt'],
    ]);
  });
});

describe('one entry that cannot be read', () => {
  beforeEach(async () => {
    await mkdir(join(root, 'open'));
    await mkdir(join(root, 'shut'));
    await writeFile(join(root, 'open', 'a.txt'), 'a boat\n');
    await writeFile(join(root, 'open', 'shut.txt'), 'a boat\n');
    await writeFile(join(root, 'open', 'back\\slash.txt'), 'a boat\n');
    await writeFile(join(root, 'open', 'new\nline.txt'), 'a boat\n');
    await writeFile(join(root, 'shut', 'b.txt'), 'a boat\n');
    await symlink('nowhere', join(root, 'open', 'broken'));
    await symlink('ring', join(root, 'ring'));
    execFileSync('mkfifo', [join(root, 'open', 'pipe')]);
    await chmod(join(root, 'open', 'shut.txt'), 0);
    await chmod(join(root, 'shut'), 0);
  });

  test('does not sink a search or a listing, and is told', () => {
    expect(inProcess([search({ text: 'boat' }), list({ path: 'open' }), list({ pattern: '*.txt' }), list()])).toEqual([
      [
        'open/a.txt:1: a boat',
        '(not searched: is a link: "ring", "open/broken"; ' +
          'has a name that a path cannot hold: "open/back\\\\slash.txt", "open/new\\nline.txt"; is no file with text: "open/pipe"; ' +
          'may not be opened by this program: "shut", "open/shut.txt")',
      ].join('\n'),
      [
        'a.txt',
        '"back\\\\slash.txt" (has a name that a path cannot hold)',
        'broken (link: does not exist)',
        '"new\\nline.txt" (has a name that a path cannot hold)',
        'pipe (no file with text)',
        'shut.txt',
      ].join('\n'),
      [
        'open/a.txt',
        'open/shut.txt',
        '(not listed: has a name that a path cannot hold: "open/back\\\\slash.txt", "open/new\\nline.txt"; ' +
          'may not be opened by this program: "shut")',
      ].join('\n'),
      ['open/', 'ring (link: is a link)', 'shut/'].join('\n'),
    ]);
  });

  test('is told when it is asked for', () => {
    const read = (path: string): Call => ({ name: 'read_file', args: { path } });
    const SHUT = 'may not be opened by this program: use another file.';
    expect(inProcess([read('open/shut.txt'), read('open/pipe'), read('open/broken'), list({ path: 'shut' })])).toEqual([
      `"open/shut.txt" ${SHUT}`,
      '"open/pipe" is no file with text: use another file.',
      '"open/broken" does not exist: see what there is with list_files.',
      `"shut" ${SHUT}`,
    ]);
  });

  test('is one of many folders whose path has become too long', async () => {
    const name = 'n'.repeat(200);
    await mkdir(join(root, 'open', ...Array.from({ length: 6 }, () => name)), { recursive: true });
    const [told = ''] = inProcess([search({ text: 'boat', pattern: 'a.txt' })]);
    expect(told.split('\n')[0]).toBe('open/a.txt:1: a boat');
    expect(told).toMatch(/\(not searched: may not be opened by this program: "shut"; is too long: "open\/n+…"\)$/);
  });

  test('is counted rather than named when there are many', async () => {
    for (let at = 0; at < 8; at++) await symlink('nowhere', join(root, `l${at}`));
    expect(inProcess([search({ text: 'boat', pattern: 'l*' })])).toEqual([
      'Nothing was found.\n(not searched: is a link: "l0", "l1", "l2", "l3", "l4" and 3 more; may not be opened by this program: "shut")',
    ]);
  });
});
