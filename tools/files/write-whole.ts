// Owns writing a file whole or not at all: into a new file beside it, which then takes its name. Which place that is, is left to `inside.ts`.

import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { ToolRetry } from '../../src/index.ts';
import type { Directory } from './directory.ts';
import { ChangedError } from './directory.ts';
import { codeOf } from './file-error.ts';
import { quotePath } from './path.ts';

interface NewFile {
  readonly text: string;
  readonly replace: boolean;
}

interface NewPlace {
  readonly folder: Directory;
  readonly name: string;
}

/** `path` is for messages. A full disk, a crash or another process leaves the old file or the new one, never a part of either. */
export async function writeWhole(
  path: string,
  { folder, name }: NewPlace,
  { text, replace }: NewFile,
): Promise<'created' | 'replaced'> {
  const old = await statOf(folder, name);
  if (old !== undefined) refuse(path, old, replace);
  const draft = `.draft-${randomBytes(8).toString('hex')}`;
  try {
    await writeDraft(folder.at(draft), text, old);
    await folder.confirm();
    if (old === undefined) await nameNew(path, folder, draft, name);
    else await nameAgain(folder, draft, name, old);
  } catch (error) {
    // It may be gone already, or never have been there.
    await unlink(folder.at(draft)).catch(() => undefined);
    throw error;
  }
  await folder.flush();
  return old === undefined ? 'created' : 'replaced';
}

async function statOf(folder: Directory, name: string): Promise<Stats | undefined> {
  return await lstat(folder.at(name)).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  });
}

function refuse(path: string, old: Stats, replace: boolean): void {
  if (old.isSymbolicLink()) throw Object.assign(new Error('a link'), { code: 'ELOOP' });
  if (old.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  if (!old.isFile()) throw Object.assign(new Error('a device'), { code: 'ENXIO' });
  if (!replace) {
    throw new ToolRetry(`${quotePath(path)} exists: read it first, then replace it with \`replace\`: true.`);
  }
  // The same file under another name, which may be anywhere, a package store say: replacing one name would part the two.
  if (old.nlink > 1) {
    throw new ToolRetry(`${quotePath(path)} is also known under another name (a hard link): write to a new file.`);
  }
}

async function writeDraft(place: string, text: string, old: Stats | undefined): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(place, flags, old === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(text);
    if (old !== undefined) await keepOwner(file, old);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function keepOwner(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const now = await file.stat();
  // Only the superuser can give a file away: for others it becomes their own.
  if (now.uid !== uid || now.gid !== gid) await file.chown(uid, gid).catch(() => undefined);
  await file.chmod(mode & 0o777);
}

/** Fails if somebody has made a file of that name meanwhile. */
async function nameNew(path: string, folder: Directory, draft: string, name: string): Promise<void> {
  try {
    await link(folder.at(draft), folder.at(name));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new ToolRetry(`${quotePath(path)} was made by somebody else: read it first.`);
    if (!NO_LINKS.has(String(codeOf(error)))) throw error;
    // A file system without hard links.
    if ((await statOf(folder, name)) !== undefined) throw new ChangedError('it is there by now');
    await rename(folder.at(draft), folder.at(name));
    return;
  }
  await unlink(folder.at(draft));
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

async function nameAgain(folder: Directory, draft: string, name: string, old: Stats): Promise<void> {
  const now = await statOf(folder, name);
  if (now === undefined || now.ino !== old.ino || now.dev !== old.dev || now.mtimeMs !== old.mtimeMs) {
    throw new ChangedError('it is another file by now');
  }
  await rename(folder.at(draft), folder.at(name));
}
