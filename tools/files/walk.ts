// Owns going through the files of a folder, bounded, in a stable order. Reading one is left to `folder.ts`.

import type { Entry, Folder } from './folder.ts';

/** More files than this are not looked at: the caller says so. */
const MAX_FILES = 5000;
const MAX_DEPTH = 24;

export interface Walked {
  /** Relative, with `/`, sorted folder by folder. */
  readonly paths: readonly string[];
  /** Folders that could not be listed, and entries with names that no path can be written with. */
  readonly unreadable: readonly string[];
  /** Whether there were more than are given. */
  readonly isCut: boolean;
}

interface Open {
  readonly path: string;
  readonly depth: number;
}

/** All files below a path. Links are not followed, so that nothing is met twice. Throws only when the path itself cannot be listed. */
export async function walk(folder: Folder, path: string, signal: AbortSignal): Promise<Walked> {
  const paths: string[] = [];
  const unreadable: string[] = [];
  const open: Open[] = [{ path, depth: 0 }];
  let isCut = false;
  // Not taken from the front: that would move all that are left each time.
  for (let at = 0; at < open.length; at++) {
    signal.throwIfAborted();
    const next = open[at] as Open; // it is below the length
    const entries = await (at === 0 ? folder.entries(path) : entriesIfReadable(folder, next.path, unreadable));
    for (const { name, kind, isUsable } of entries) {
      const inner = next.path === '' || next.path === '.' ? name : `${next.path}/${name}`;
      if (!isUsable) unreadable.push(inner);
      else if (kind === 'folder' && next.depth < MAX_DEPTH) open.push({ path: inner, depth: next.depth + 1 });
      else if (kind === 'folder') isCut = true;
      else if (kind === 'file' && paths.length < MAX_FILES) paths.push(inner);
      else if (kind === 'file') return { paths, unreadable, isCut: true };
    }
  }
  return { paths, unreadable, isCut };
}

async function entriesIfReadable(folder: Folder, path: string, unreadable: string[]): Promise<readonly Entry[]> {
  try {
    return await folder.entries(path);
  } catch {
    // Told with the result: one folder that is closed to this program must not hide all others.
    unreadable.push(path);
    return [];
  }
}
