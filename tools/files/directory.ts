// Owns one open folder of the file system, and how its entries are reached so that nobody can swap it meanwhile. Which folders may be
// opened is left to `inside.ts`.

import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { changed, systemError } from './file-error.ts';

export interface Directory {
  /** A path by which an entry is reached; of the folder itself for no name. */
  readonly at: (name?: string) => string;
  /** Opens a folder in it that is no link. */
  readonly open: (name: string) => Promise<Directory>;
  /** Throws when an entry, or the folder itself, is not where it was found. Called before anything is made of what was found. */
  readonly confirm: (name?: string, found?: Stats) => Promise<void>;
  /** Makes the names in it last, also when the power fails. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `path` is real. Held by its descriptor where the system can reach entries through one (Linux), by its path elsewhere. */
export async function openDirectory(path: string): Promise<Directory> {
  if (process.platform !== 'linux') return await openByPath(path);
  const handle = await open(path, FOLDER);
  const isReached = await stat(descriptorPath(handle)).then(
    async (reached) => isSame(reached, await handle.stat()),
    () => false,
  );
  if (isReached) return heldBy(handle);
  // A system without /proc.
  await handle.close();
  return await openByPath(path);
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

function descriptorPath(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** Entries are reached through the descriptor: whatever happens to the path meanwhile, it is this very folder. */
function heldBy(handle: FileHandle): Directory {
  const at = (name = '.'): string => `${descriptorPath(handle)}/${name}`;
  return {
    at,
    open: async (name) => heldBy(await open(at(name), FOLDER)),
    confirm: async () => {},
    // What is written is whole either way; not every file system can do this.
    flush: async () => await handle.sync().catch(() => undefined),
    close: async () => await handle.close(),
  };
}

/**
 * Entries are reached by path, and looked at again afterwards: what was swapped meanwhile is seen, unless it was swapped back. The least
 * that a system without descriptors for folders can do.
 *
 * @internal Exported for the tests of such a system.
 */
export async function openByPath(path: string): Promise<Directory> {
  const at = (name?: string): string => (name === undefined ? path : join(path, name));
  const confirm = async (name?: string, found?: Stats): Promise<void> => {
    const place = at(name);
    if ((await realpath(place)) !== place) throw changed();
    if (found !== undefined && !isSame(found, await lstat(place))) throw changed();
  };
  if (!(await lstat(path)).isDirectory()) throw systemError('ENOTDIR');
  await confirm();
  return {
    at,
    open: async (name) => await openByPath(join(path, name)),
    confirm,
    // Not every system opens folders; a name may be lost with the power, never half a file.
    flush: async () => {},
    close: async () => {},
  };
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
