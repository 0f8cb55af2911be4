// Owns claims about files that the user has written: whole, private, and never over another.

import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expandHome } from '../../src/cli/home-path.ts';
import { createSaveFile } from '../../src/cli/save-file.ts';

let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'save-'));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

test('a file is readable by the user alone, `~` is the home folder, and the same chat may be saved again', async () => {
  const saveFile = createSaveFile(home);
  expect(await saveFile('~/chat.json', 'one')).toBeUndefined();
  expect((await stat(join(home, 'chat.json'))).mode & 0o777).toBe(0o600);
  expect(await saveFile(join(home, 'chat.json'), 'two')).toBeUndefined();
  expect([await readdir(home), await readFile(join(home, 'chat.json'), 'utf8')]).toEqual([['chat.json'], 'two']);
});

test('another file is left as it is', async () => {
  await writeFile(join(home, 'a.json'), 'precious');
  await symlink('a.json', join(home, 'link.json'));
  const saveFile = createSaveFile(home);
  for (const name of ['~/a.json', '~/link.json']) {
    expect(await saveFile(name, 'x')).toContain('a file of that name exists already');
  }
  // It was of this chat, and somebody has put another in its place.
  await saveFile('~/own.json', 'one');
  await rm(join(home, 'own.json'));
  await writeFile(join(home, 'other'), 'other');
  await symlink('other', join(home, 'own.json'));
  expect(await saveFile('~/own.json', 'two')).toContain('exists already');
  expect([await readFile(join(home, 'a.json'), 'utf8'), await readFile(join(home, 'other'), 'utf8')]).toEqual([
    'precious',
    'other',
  ]);
});

test.each<[string, (place: string) => Promise<void>]>([
  ['has changed', (place) => writeFile(place, 'notes of mine')],
  ['has added to', (place) => appendFile(place, 'notes of mine')],
  [
    'has made anew',
    async (place) => {
      await rm(place);
      await writeFile(place, 'notes of mine');
    },
  ],
])('a file of this chat that somebody %s is theirs', async (_name, change) => {
  const saveFile = createSaveFile(home);
  await saveFile('~/own.json', 'one');
  await change(join(home, 'own.json'));
  expect(await saveFile('~/own.json', 'two')).toBe(
    'a file of that name exists already, and it is not of this chat; use another name',
  );
  expect(await readFile(join(home, 'own.json'), 'utf8')).toContain('notes of mine');
});

test.each([
  ['~', '/home/ann'],
  ['~/a.json', '/home/ann/a.json'],
  ['~bob/a.json', '~bob/a.json'],
  ['a/~', 'a/~'],
])('the path %s is %s', (path, expanded) => {
  expect(expandHome(path, '/home/ann')).toBe(expanded);
});

test('what stands in the way is told, and nothing is left over', async () => {
  const saveFile = createSaveFile(home);
  await writeFile(join(home, 'file'), '');
  expect(await saveFile('~/none/a.json', 'x')).toBe('there is no such folder');
  expect(await saveFile('~/file/a.json', 'x')).toBe('a part of the path is a file');
  expect(await readdir(home)).toEqual(['file']);
});

test('a full disk leaves what was saved before', async () => {
  const module = fileURLToPath(new URL('../../src/cli/save-file.ts', import.meta.url));
  const program =
    `import { createSaveFile } from ${JSON.stringify(module)};` +
    `const save = createSaveFile(${JSON.stringify(home)});` +
    `console.log(await save('~/a.json', 'one'), await save('~/a.json', 'x'.repeat(100000)));`;
  const command = 'trap "" XFSZ; ulimit -f 1; exec "$0" --import tsx --input-type=module -e "$1"';
  const { stdout } = spawnSync('sh', ['-c', command, process.execPath, program], {
    encoding: 'utf8',
    // What it compiles is not to be stored: that would be cut as well.
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  expect(stdout.trim()).toBe('undefined the system takes no file of this size; nothing was changed');
  expect([await readdir(home), await readFile(join(home, 'a.json'), 'utf8')]).toEqual([['a.json'], 'one']);
});
