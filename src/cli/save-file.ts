// Owns writing a file that the user named: whole or not at all, readable by the user alone, and never over a file of somebody else.

import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expandHome } from './home-path.ts';

/** Gives why the file was not written; undefined when it was. */
export type SaveFile = (path: string, text: string) => Promise<string | undefined>;

/** A file that it has written, and that nobody has changed since, it may replace. `home` is what `~` stands for. */
export function createSaveFile(home: string = homedir()): SaveFile {
  const own = new Map<string, string | undefined>();
  return async (path, text) => {
    const place = resolve(expandHome(path, home));
    const draft = join(dirname(place), `.draft-${randomBytes(8).toString('hex')}`);
    try {
      const old = await stampOf(place);
      if (old !== undefined && own.get(place) !== old) return EXISTS;
      await writeDraft(draft, text);
      if (old === undefined) await nameNew(draft, place);
      else await rename(draft, place);
      own.set(place, await stampOf(place));
      return undefined;
    } catch (error) {
      await unlink(draft).catch(() => undefined);
      return reasonOf(error);
    }
  };
}

const EXISTS = 'a file of that name exists already, and it is not of this chat; use another name';

/** Of a file as it was written: another one, or the same one with another text, has another. */
async function stampOf(place: string): Promise<string | undefined> {
  const found = await lstat(place).catch(() => undefined);
  return found && `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs}`;
}

async function writeDraft(place: string, text: string): Promise<void> {
  const file = await open(place, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Unlike a rename this fails where there is a file by now. */
async function nameNew(draft: string, place: string): Promise<void> {
  try {
    await link(draft, place);
  } catch (error) {
    if (!NO_LINKS.has(String(codeOf(error)))) throw error;
    // A file system without hard links: the name is taken first, so that nothing that is there is replaced.
    await (await open(place, 'wx', 0o600)).close();
    await rename(draft, place);
    return;
  }
  await unlink(draft);
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: EXISTS,
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full; nothing was changed',
  EDQUOT: 'the disk quota is used up; nothing was changed',
  EFBIG: 'the system takes no file of this size; nothing was changed',
  ENAMETOOLONG: 'the name is too long',
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return REASONS[String(code)] ?? (error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
