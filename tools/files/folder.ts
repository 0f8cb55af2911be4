// Owns reading, listing and writing in one folder that nothing leads out of. How a path may be written is left to `path.ts`, where it leads
// to `inside.ts`, what stays closed to `closed.ts`, going through many files to `walk.ts`.

import type { Dirent, Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import type { Closed } from './closed.ts';
import { createClosed } from './closed.ts';
import type { Directory } from './directory.ts';
import { openDirectory } from './directory.ts';
import { codeOf, faultIn, onPath, systemError } from './file-error.ts';
import { expandHome } from './home.ts';
import type { NewPlace, Place, Root } from './inside.ts';
import { visit, visitNew } from './inside.ts';
import { isUsableName, segmentsOf } from './path.ts';
import { PathFault } from './path-fault.ts';
import { createFile, replaceFile } from './write-whole.ts';

export interface FolderOptions {
  /** Relative to where the program was started; `~` is the home folder. */
  readonly root: string;
  /** Files and folders that are neither read, listed nor written: see `CLOSED`. */
  readonly closed: readonly string[];
  /** Bytes of a file that is read; a larger one is not. */
  readonly maxFileBytes: number;
  /** Opens a folder by its real path. Default: as safely as the system allows. */
  readonly openRoot?: (path: string) => Promise<Directory>;
}

interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** False for a name that no path can be written with, such as one that holds a line break. */
  readonly isUsable: boolean;
}

/** A file's text, or why it has none that can be shown. */
type FileText = { readonly text: string } | { readonly unreadable: string };

export interface Folder {
  /** Paths are relative, with `/`. These throw a ToolRetry for what the model can put right, an Error for what it cannot. */
  readonly read: (path: string) => Promise<FileText>;
  /** Sorted by name. */
  readonly entries: (path: string) => Promise<readonly Entry[]>;
  /** Why a path cannot be used, in words; undefined when it leads to something. */
  readonly faultAt: (path: string) => Promise<string | undefined>;
  /** Makes the folders on the way. An existing file is replaced only when `replace` is set; whole, or not at all. */
  readonly write: (path: string, text: string, replace: boolean) => Promise<'created' | 'replaced'>;
}

/** Opens nothing yet: a folder that does not exist is told at the first use. */
export function createFolder({ root, closed, maxFileBytes, openRoot = openDirectory }: FolderOptions): Folder {
  const top = expandHome(root);

  let known: { readonly path: string; readonly closed: Closed } | undefined;

  async function rootNow(): Promise<Root> {
    const path = await realpath(top).catch((cause: unknown) => {
      throw new Error(`The folder ${root} cannot be used: make it, or name another (FILES_ROOT).`, { cause });
    });
    if (known?.path !== path) known = { path, closed: createClosed(closed, path) };
    return { ...known, open: () => openRoot(path) };
  }

  const at = async <T>(path: string, work: (place: Place, root: Root) => Promise<T>): Promise<T> =>
    await onPath(path, async () => {
      const segments = segmentsOf(path);
      const now = await rootNow();
      return await visit(now, segments, (place) => work(place, now));
    });

  return {
    read: (path) =>
      at(path, async (place) => {
        const { file, found } = await openFile(place, constants.O_RDONLY);
        try {
          if (found.size > maxFileBytes) return { unreadable: `is larger than ${maxFileBytes} bytes` };
          const bytes = await readBytes(file, found.size);
          return isBinary(bytes) ? { unreadable: 'is binary' } : { text: new TextDecoder().decode(bytes) };
        } finally {
          await file.close();
        }
      }),

    entries: (path) =>
      at(path, async ({ folder, name, segments }, now) => {
        if (name !== undefined) throw systemError('ENOTDIR');
        const found = await readdir(folder.at(), { withFileTypes: true });
        await folder.confirm();
        return found
          .filter((entry) => !now.closed.hasEntry(segments, entry.name))
          .map((entry) => ({ name: entry.name, kind: kindOf(entry), isUsable: isUsableName(entry.name) }))
          .toSorted((one, other) => (one.name < other.name ? -1 : 1));
      }),

    faultAt: async (path) => {
      try {
        await at(path, async () => {});
        return undefined;
      } catch (error) {
        return faultIn(error) ?? 'cannot be used';
      }
    },

    write: (path, text, replace) =>
      onPath(path, async () => {
        const segments = segmentsOf(path);
        if (segments.length === 0 || path.endsWith('/')) throw new PathFault('names no file', 'add a name.');
        return await visitNew(await rootNow(), segments, (place) => writeAt(place, text, replace));
      }),
  };
}

async function writeAt(place: NewPlace, text: string, replace: boolean): Promise<'created' | 'replaced'> {
  const { folder, name } = place;
  const there = await lstat(folder.at(name)).catch(absent);
  if (there === undefined) {
    await createFile(folder, name, text);
    return 'created';
  }
  if (there.isSymbolicLink()) throw systemError('ELOOP');
  if (there.isDirectory()) throw systemError('EISDIR');
  if (!replace) throw systemError('EEXIST');
  // Opened for writing, so that what the process may not write is not replaced either.
  const { file, found } = await openFile(place, constants.O_WRONLY);
  await file.close();
  // The same file under another name, which may be anywhere: in a package store, say.
  if (found.nlink > 1) throw new PathFault('is also known under another name (a hard link)', 'write to a new file.');
  await replaceFile(folder, name, text, found);
  return 'replaced';
}

/** Opens a file that is no link. The last check is on what was opened. */
async function openFile({ folder, name }: Place, flags: number): Promise<{ file: FileHandle; found: Stats }> {
  if (name === undefined) throw systemError('EISDIR');
  // Not to block: opening a named pipe would wait for its other end. Windows has neither flag.
  const file = await open(folder.at(name), flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw systemError('EISDIR');
    if (!found.isFile()) throw systemError('ENXIO');
    await folder.confirm(name, found);
    return { file, found };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** No more than the file had when it was opened: one that grows meanwhile must not fill the memory. */
async function readBytes(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

const PROBE_BYTES = 8192;

/** As grep and git tell it: text has no NUL. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, PROBE_BYTES).includes(0);
}

function kindOf(entry: Dirent): Entry['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : 'other';
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
