// Owns one folder that nothing leads out of: reading, listing and writing in it. How a path may be written is left to `path.ts`, the way to
// a place to `inside.ts`, writing a file whole to `write-whole.ts`, going through many files to `walk.ts`.

import type { Dirent } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, realpath } from 'node:fs/promises';
import { ToolRetry } from '../../src/index.ts';
import type { Closed } from './closed.ts';
import { createClosed } from './closed.ts';
import { openDirectory } from './directory.ts';
import { onPath } from './file-error.ts';
import type { Place, Root } from './inside.ts';
import { visit, visitNew } from './inside.ts';
import { isUsableName, quotePath, segmentsOf } from './path.ts';
import { writeWhole } from './write-whole.ts';

export interface FolderOptions {
  readonly root: string;
  /** Names, with `*` and `?`, of files and folders that are neither read, listed nor written, wherever they are. */
  readonly closed: readonly string[];
  /** Bytes of a file that is read; a larger one is not. */
  readonly maxFileBytes: number;
}

export interface Entry {
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
  /** Makes the folders on the way. The file is written whole or not at all; an existing one is replaced only when told so. */
  readonly write: (path: string, text: string, replace: boolean) => Promise<'created' | 'replaced'>;
}

/** Opens nothing yet: a folder that does not exist is told at the first use. */
export function createFolder({ root, closed: rules, maxFileBytes }: FolderOptions): Folder {
  let known: { readonly path: string; readonly closed: Closed } | undefined;

  async function rootOf(): Promise<Root> {
    const path = await realRoot(root);
    if (known?.path !== path) known = { path, closed: createClosed(rules, path) };
    return { ...known, open: () => openDirectory(path) };
  }

  async function read(path: string): Promise<FileText> {
    return await onPath(path, async () => {
      const segments = segmentsOf(path);
      return await visit(await rootOf(), segments, (place) => readPlace(place, maxFileBytes));
    });
  }

  async function entries(path: string): Promise<readonly Entry[]> {
    return await onPath(path, async () => {
      const segments = segmentsOf(path);
      const inside = await rootOf();
      return await visit(inside, segments, (place) => entriesOf(place, inside.closed));
    });
  }

  async function write(path: string, text: string, replace: boolean): Promise<'created' | 'replaced'> {
    return await onPath(path, async () => {
      const segments = segmentsOf(path);
      if (segments.length === 0 || path.endsWith('/')) throw new ToolRetry(`${quotePath(path)} names no file.`);
      return await visitNew(await rootOf(), segments, (place) => writeWhole(path, place, { text, replace }));
    });
  }

  return { read, entries, write };
}

async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (cause) {
    throw new Error(`The folder ${root} cannot be used: make it, or name another (FILES_ROOT).`, { cause });
  }
}

async function readPlace(place: Place, maxBytes: number): Promise<FileText> {
  const file = await openFile(place);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) return { unreadable: `is larger than ${maxBytes} bytes` };
    const bytes = await readBytes(file, size);
    return isBinary(bytes) ? { unreadable: 'is binary' } : { text: new TextDecoder().decode(bytes) };
  } finally {
    await file.close();
  }
}

/** Opens what is no link unless it was swapped for one: then it fails. Not to block: a named pipe would wait for its other end. */
async function openFile({ folder, name }: Place): Promise<FileHandle> {
  if (name === undefined) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  const file = await open(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const opened = await file.stat();
    if (opened.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    if (!opened.isFile()) throw Object.assign(new Error('a device'), { code: 'ENXIO' });
    await folder.confirm(name, opened);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function entriesOf({ folder, name, segments }: Place, closed: Closed): Promise<readonly Entry[]> {
  if (name !== undefined) throw Object.assign(new Error('a file'), { code: 'ENOTDIR' });
  const found = await readdir(folder.at(), { withFileTypes: true });
  await folder.confirm();
  return found
    .filter((entry) => !closed.hasEntry(segments, entry.name))
    .map((entry) => ({ name: entry.name, kind: kindOf(entry), isUsable: isUsableName(entry.name) }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
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
