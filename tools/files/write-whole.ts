// Owns writing a file whole or not at all: into a new file beside it, which then takes its name. Where it may be is left to `inside.ts`.

import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import type { Directory } from './directory.ts';
import { changed, codeOf } from './file-error.ts';

/** As `open` has it: what the umask of the process takes away is taken from it. */
const NEW_MODE = 0o666;

/** Makes a file that is not there yet. Throws EEXIST when it is. */
export async function createFile(folder: Directory, name: string, text: string): Promise<void> {
  await viaNewFile(folder, async (file, fresh) => {
    await fill(file, text);
    await folder.confirm();
    await giveName(folder, fresh, name);
  });
}

/** Replaces a file that is there, unless somebody else has changed it since it was looked at. Its mode is kept, and its owner and group where this process may give files to them. */
export async function replaceFile(folder: Directory, name: string, text: string, before: Stats): Promise<void> {
  await viaNewFile(folder, async (file, fresh) => {
    await keepRights(file, before);
    await fill(file, text);
    await folder.confirm();
    const now = await lstat(folder.at(name));
    if (now.ino !== before.ino || now.dev !== before.dev || now.mtimeMs !== before.mtimeMs) throw changed();
    await rename(folder.at(fresh), folder.at(name));
  });
}

/** Whatever goes wrong, the new file goes with it. */
async function viaNewFile(folder: Directory, work: (file: FileHandle, name: string) => Promise<void>): Promise<void> {
  const fresh = `.${randomUUID()}.new`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const file = await open(folder.at(fresh), flags, NEW_MODE);
  try {
    await work(file, fresh).finally(() => file.close());
  } finally {
    // It is gone already when it has taken the other's name.
    await rm(folder.at(fresh), { force: true });
  }
  await folder.flush();
}

async function fill(file: FileHandle, text: string): Promise<void> {
  await file.writeFile(text);
  // The name must not last longer than what it names.
  await file.sync();
}

/** A hard link never replaces anything, unlike a rename. */
async function giveName(folder: Directory, fresh: string, name: string): Promise<void> {
  try {
    await link(folder.at(fresh), folder.at(name));
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
    // A file system without hard links: the name is taken first, so that nothing that is there is replaced.
    await (await open(folder.at(name), 'wx')).close();
    await rename(folder.at(fresh), folder.at(name)).catch(async (failure: unknown) => {
      await rm(folder.at(name), { force: true });
      throw failure;
    });
  }
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

async function keepRights(file: FileHandle, before: Stats): Promise<void> {
  const own = await file.stat();
  const keepsGroup = own.gid === before.gid || (await isDone(file.chown(own.uid, before.gid)));
  if (own.uid !== before.uid) await isDone(file.chown(before.uid, before.gid));
  // What the old group was allowed is nothing to another one.
  await file.chmod(before.mode & (keepsGroup ? 0o777 : 0o707));
}

async function isDone(change: Promise<void>): Promise<boolean> {
  return await change.then(
    () => true,
    () => false,
  );
}
