// Owns one folder that nothing leads out of: finding, reading, listing and writing in it. How a path may be written is
// left to `path.ts`, going through many files to `walk.ts`.
//
// Links are followed as long as they stay inside. A name can be swapped for a link between a check and its use, so a
// file is checked again once it is open, before a byte of it is read or changed. What is left: a process that swaps
// folders at the same moment can have an empty file made, or names listed, elsewhere. Against a hostile process beside
// this one use a container.

import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { ToolRetry } from '../../src/index.ts';
import { onPath } from './file-error.ts';
import { isClosed, quotePath, segmentsOf } from './path.ts';

export interface FolderOptions {
  readonly root: string;
  /** Names, with `*` and `?`, of files and folders that are neither read, listed nor written, wherever they are. */
  readonly closed: readonly string[];
  /** Bytes of a file that is read; a larger one is not. */
  readonly maxFileBytes: number;
}

interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** A file's text, or why it has none that can be shown. */
type FileText = { readonly text: string } | { readonly unreadable: string };

export interface Folder {
  /** Paths are relative, with `/`. These throw a ToolRetry for what the model can put right, an Error for what it cannot. */
  readonly read: (path: string) => Promise<FileText>;
  /** Sorted by name. */
  readonly entries: (path: string) => Promise<readonly Entry[]>;
  /** Makes the folders on the way. An existing file is replaced only when told so. */
  readonly write: (path: string, text: string, replace: boolean) => Promise<'created' | 'replaced'>;
}

/** Opens nothing yet: a folder that does not exist is told at the first use. */
export function createFolder({ root, closed, maxFileBytes }: FolderOptions): Folder {
  async function read(path: string): Promise<FileText> {
    return await onPath(path, async () => {
      const file = await openFile(await locate(path), constants.O_RDONLY);
      try {
        const { size } = await file.stat();
        if (size > maxFileBytes) return { unreadable: `is larger than ${maxFileBytes} bytes` };
        const bytes = await readBytes(file, size);
        return isBinary(bytes) ? { unreadable: 'is binary' } : { text: new TextDecoder().decode(bytes) };
      } finally {
        await file.close();
      }
    });
  }

  async function entries(path: string): Promise<readonly Entry[]> {
    return await onPath(path, async () => {
      const real = await locate(path);
      const found = await readdir(real, { withFileTypes: true });
      if ((await locate(path)) !== real) throw changed(path);
      return found
        .filter(({ name }) => !isClosed([name], closed))
        .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
        .toSorted((one, other) => (one.name < other.name ? -1 : 1));
    });
  }

  async function write(path: string, text: string, replace: boolean): Promise<'created' | 'replaced'> {
    return await onPath(path, async () => {
      const segments = segmentsOf(path);
      const name = segments.at(-1);
      if (name === undefined || path.endsWith('/')) throw new ToolRetry(`${quotePath(path)} names no file.`);
      refuseClosed(path, segments);
      const real = join(await makeFolders(path, segments.slice(0, -1)), name);
      const created = await create(real);
      if (created === undefined && !replace) {
        throw new ToolRetry(`${quotePath(path)} exists: read it first, then replace it with \`replace\`: true.`);
      }
      const file = created ?? (await openFile(real, constants.O_WRONLY));
      try {
        await refuseSecondName(path, file);
        await file.truncate(0);
        await file.writeFile(text);
      } finally {
        await file.close();
      }
      return created === undefined ? 'replaced' : 'created';
    });
  }

  /** The real path of what exists at a path, links followed. */
  async function locate(path: string): Promise<string> {
    const segments = segmentsOf(path);
    refuseClosed(path, segments);
    return await inside(path, join(await realRoot(root), ...segments));
  }

  /** Where a path really is; throws unless that is inside and open. */
  async function inside(path: string, place: string): Promise<string> {
    const real = await realpath(place);
    const way = relative(await realRoot(root), real);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      throw new ToolRetry(`${quotePath(path)} leads out of the folder by a link: only what is in it can be used.`);
    }
    refuseClosed(path, way.split(sep));
    return real;
  }

  function refuseClosed(path: string, segments: readonly string[]): void {
    if (isClosed(segments, closed)) throw new ToolRetry(`${quotePath(path)} is closed to tools: go on without it.`);
  }

  /** Step by step, so that no folder is made beyond a link that leads out. */
  async function makeFolders(path: string, segments: readonly string[]): Promise<string> {
    let real = await realRoot(root);
    for (const segment of segments) {
      const place = join(real, segment);
      const found = await inside(path, place).catch(absent);
      if (found === undefined) await mkdir(place);
      real = found ?? (await inside(path, place));
    }
    return real;
  }

  /** Undefined when there is something of that name. */
  async function create(real: string): Promise<FileHandle | undefined> {
    try {
      return await openFile(real, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw error;
    }
  }

  /** Opens a real path, which is no link unless it was swapped for one; the last check is on what was opened. */
  async function openFile(real: string, flags: number): Promise<FileHandle> {
    // Not to block: opening a named pipe would wait for its other end.
    const file = await open(real, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const opened = await file.stat();
      if (opened.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
      if (!opened.isFile()) throw Object.assign(new Error('a device'), { code: 'ENXIO' });
      const place = await inside(real, real);
      if (place !== real || !isSame(opened, await stat(place))) throw changed(relative(root, real));
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
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

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): Entry['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : 'other';
}

/** A hard link is the same file under another name, which may be anywhere: a package store, say. */
async function refuseSecondName(path: string, file: FileHandle): Promise<void> {
  if ((await file.stat()).nlink > 1) {
    throw new ToolRetry(`${quotePath(path)} is also known under another name (a hard link): write to a new file.`);
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function changed(path: string): Error {
  return new ToolRetry(`${quotePath(path)} was changed by somebody else at this moment: try again.`);
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
