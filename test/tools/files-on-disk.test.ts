// Owns claims about the file tools on disks as they are: full, with entries that cannot be read, with secrets, and with somebody who swaps
// folders at the same moment.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClosed } from '../../tools/files/closed.ts';
import { CLOSED } from '../../tools/files/closed-names.ts';
import { openByPath } from '../../tools/files/directory.ts';
import type { Folder } from '../../tools/files/folder.ts';
import { createFolder } from '../../tools/files/folder.ts';
import { walk } from '../../tools/files/walk.ts';

let base = '';
let root = '';

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'disk-')));
  root = join(base, 'root');
  await mkdir(root);
});

afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

function folderOf(closed: readonly string[] = CLOSED): Folder {
  return createFolder({ root, closed, maxFileBytes: 1024 * 1024 });
}

describe('a file is written whole or not at all', () => {
  const script = fileURLToPath(new URL('write-to-a-full-disk.mjs', import.meta.url));

  /** The system refuses more than 512 bytes in a file, as a full disk does. */
  function writeLimited(path: string, chars: number): string {
    const command = 'trap "" XFSZ; ulimit -f 1; exec "$0" --import tsx "$1" "$2" "$3" "$4"';
    const words = ['-c', command, process.execPath, script, root, path, String(chars)];
    return spawnSync('sh', words, { encoding: 'utf8' }).stdout.trim();
  }

  test('when the disk is full: the old text stays, and nothing is left over', async () => {
    await writeFile(join(root, 'a.txt'), 'precious');
    expect(writeLimited('a.txt', 100_000)).toBe(
      '"a.txt" was not written: the system takes no file of this size. Nothing was changed.',
    );
    expect(writeLimited('new/b.txt', 100_000)).toContain('Nothing was changed.');
    expect([await readdir(root), await readFile(join(root, 'a.txt'), 'utf8')]).toEqual([['a.txt'], 'precious']);
    expect(writeLimited('a.txt', 100)).toBe('replaced');
  });

  test('with the rights that it had, and with those of the process when it is new', async () => {
    await writeFile(join(root, 'run.sh'), 'old');
    await chmod(join(root, 'run.sh'), 0o750);
    expect(await folderOf().write('run.sh', 'new', true)).toBe('replaced');
    expect(await folderOf().write('new.txt', 'new', false)).toBe('created');
    const modes = await Promise.all(
      ['run.sh', 'new.txt'].map(async (name) => (await stat(join(root, name))).mode & 0o777),
    );
    expect(modes).toEqual([0o750, 0o666 & ~process.umask()]);
  });

  test('never over a file that was made meanwhile', async () => {
    const folder = folderOf();
    const written = await Promise.allSettled(['one', 'two'].map((text) => folder.write('a.txt', text, false)));
    expect(written.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await readdir(root)).toEqual(['a.txt']);
  });
});

describe('what cannot be read', () => {
  test('is told, and hides nothing else', async () => {
    await writeFile(join(root, 'good.txt'), 'a boat');
    await writeFile(join(root, 'back\\slash.txt'), 'a boat');
    await writeFile(join(root, 'line\nbreak.txt'), 'a boat');
    await symlink('nowhere', join(root, 'broken'));
    spawnSync('mkfifo', [join(root, 'pipe')]);
    await mkdir(join(root, 'sub'));
    await writeFile(join(root, 'sub', 'more.txt'), 'a boat');
    const walked = await walk(folderOf(), '', new AbortController().signal);
    expect(walked).toEqual({
      paths: ['good.txt', 'sub/more.txt'],
      unreadable: ['back\\slash.txt', 'line\nbreak.txt'],
      isCut: false,
    });
    expect((await folderOf().entries('')).map(({ kind, isUsable }) => [kind, isUsable])).toEqual([
      ['file', false],
      ['link', true],
      ['file', true],
      ['file', false],
      ['other', true],
      ['folder', true],
    ]);
    await expect(folderOf().read('pipe')).rejects.toThrow('is no file with text');
  });

  test('of a folder is that folder alone', async () => {
    const folder = folderOf();
    await mkdir(join(root, 'a'));
    await mkdir(join(root, 'b'));
    await writeFile(join(root, 'b', 'c.txt'), '');
    const failing: Folder = {
      ...folder,
      entries: async (path) => {
        if (path === 'a') throw Object.assign(new Error('no'), { code: 'EACCES' });
        return await folder.entries(path);
      },
    };
    const walked = await walk(failing, '', new AbortController().signal);
    expect([walked.paths, walked.unreadable]).toEqual([['b/c.txt'], ['a']]);
  });
});

describe('closed', () => {
  const SECRET = [
    '.env',
    '.env.local',
    '.ENVRC',
    'prod.env',
    '.npmrc',
    '.yarnrc.yml',
    '.pypirc',
    '.netrc',
    '_netrc',
    '.git-credentials',
    '.git/config',
    '.ssh/config',
    '.ssh/id_ecdsa',
    'keys/id_ed25519',
    'server.pem',
    'server.KEY',
    'a.p12',
    'a.pfx',
    'a.jks',
    'a.kdbx',
    '.aws/credentials',
    '.aws/config',
    '.azure/accessTokens.json',
    '.config/gcloud/credentials.db',
    '.kube/config',
    '.docker/config.json',
    '.gnupg/secring.gpg',
    '.htpasswd',
    '.pgpass',
    '.my.cnf',
    '.vault-token',
    'infra/terraform.tfstate',
    'infra/prod.tfvars',
    'my-service-account-1.json',
    'wallet.dat',
    '.bash_history',
    '.psql_history',
    '.config/gh/hosts.yml',
    'node_modules/x/index.js',
  ];

  test.each(SECRET)('is %s', (path) => {
    expect(createClosed(CLOSED, '/home/a/project').has(path.split('/'))).toBe(true);
  });

  test.each([
    'src/index.ts',
    'README.md',
    'environment.md',
    'docs/keys.md',
    'keyboard.ts',
    'package.json',
    'config.json',
    '.github/workflows/ci.yml',
    'docker/config.json',
    'history.md',
    '.gitignore',
    '.editorconfig',
    'ssh/readme.md',
  ])('is not %s', (path) => {
    expect(createClosed(CLOSED, '/home/a/project').has(path.split('/'))).toBe(false);
  });

  test('is what lies below a folder of secrets, also where that folder is the root', () => {
    expect(createClosed(CLOSED, '/home/a/.aws').has(['config'])).toBe(true);
    expect(createClosed(CLOSED, '/home/a/node_modules/x').has(['index.js'])).toBe(false);
  });

  test('is neither read by a link nor listed nor written', async () => {
    await mkdir(join(root, '.ssh'));
    await writeFile(join(root, '.ssh', 'id_ecdsa'), 'secret-value');
    await symlink('.ssh', join(root, 'open'));
    await symlink('.ssh/id_ecdsa', join(root, 'note.txt'));
    const folder = folderOf();
    expect((await folder.entries('')).map(({ name }) => name)).toEqual(['note.txt', 'open']);
    for (const path of ['.ssh/id_ecdsa', 'open/id_ecdsa', 'note.txt', '.SSH/id_ecdsa']) {
      await expect(folder.read(path)).rejects.toThrow(/is closed|does not exist/);
    }
    await expect(folder.write('.envrc', 'x', false)).rejects.toThrow('is closed to tools');
    expect(await folderOf([...CLOSED, 'drafts']).write('a.txt', 'x', false)).toBe('created');
    await expect(folderOf([...CLOSED, 'drafts']).write('drafts/a.txt', 'x', false)).rejects.toThrow('is closed');
  });
});

describe('a folder that is swapped for a link at the same moment', () => {
  test('leads to nothing outside, whatever is read or written', async () => {
    await mkdir(join(root, 'dir'));
    await mkdir(join(base, 'outside'));
    await writeFile(join(root, 'dir', 'a.txt'), 'inside');
    await writeFile(join(base, 'outside', 'a.txt'), 'outside');
    const script = fileURLToPath(new URL('swap-in-a-loop.mjs', import.meta.url));
    const swapper = spawn(process.execPath, [script, base], { stdio: ['pipe', 'pipe', 'inherit'] });
    const closed = once(swapper, 'close');
    await once(swapper.stdout, 'data');
    const folder = folderOf();
    const seen = new Set<string>();
    for (let rounds = 0; rounds < 400; rounds++) {
      const read = await folder.read('dir/a.txt').catch(() => ({ text: '' }));
      seen.add('text' in read ? read.text.slice(0, 7) : '');
      await folder.write('dir/a.txt', `inside ${rounds}`, true).catch(() => undefined);
      await folder.write(`dir/new-${rounds}.txt`, 'inside', false).catch(() => undefined);
      const names = await folder.entries('dir').catch(() => []);
      for (const { name } of names) if (name === 'trap.txt') seen.add(name);
    }
    swapper.stdin.end();
    expect((await closed)[0]).toBe(0);
    expect([...seen].filter((text) => text !== '' && !text.startsWith('inside'))).toEqual([]);
    expect(seen.has('inside ')).toBe(true);
    expect(await readdir(join(base, 'outside'))).toEqual(['a.txt']);
    expect(await readFile(join(base, 'outside', 'a.txt'), 'utf8')).toBe('outside');
  });

  test('is seen where folders are reached by their paths', async () => {
    await mkdir(join(root, 'dir'));
    await mkdir(join(base, 'outside'));
    const folder = await openByPath(root);
    const dir = await folder.open('dir');
    await rm(join(root, 'dir'), { recursive: true });
    await symlink(join(base, 'outside'), join(root, 'dir'));
    await expect(dir.confirm()).rejects.toThrow('it leads elsewhere');
    await expect(folder.open('dir')).rejects.toThrow();
  });
});
