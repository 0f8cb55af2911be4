// Owns going through the files of a folder, bounded, in a stable order. Reading one is left to `folder.ts`.

import { faultIn } from './file-error.ts';
import type { Folder } from './folder.ts';
import type { Skipped } from './skipped.ts';

/** More files than this are not looked at: the caller says so. */
const MAX_FILES = 5000;
const MAX_DEPTH = 24;

export interface Walked {
  /** Relative, with `/`, sorted folder by folder. */
  readonly paths: readonly string[];
  /** Folders that could not be listed, and what is no file: links, pipes, names that no path can hold. */
  readonly skipped: readonly Skipped[];
  /** Whether there were more than are given. */
  readonly isCut: boolean;
}

/** All files below a path. Links are not followed, so that nothing is met twice. Throws when the path itself cannot be listed. */
export async function walk(folder: Folder, path: string, signal: AbortSignal): Promise<Walked> {
  const paths: string[] = [];
  const skipped: Skipped[] = [];
  const open: { readonly path: string; readonly depth: number }[] = [{ path, depth: 0 }];
  let isCut = false;
  // Not taken from the front: that would move all that are left each time.
  for (const next of open) {
    signal.throwIfAborted();
    const { path: here, depth } = next;
    const entries = await folder.entries(here).catch((error: unknown) => {
      const why = faultIn(error);
      if (depth === 0 || why === undefined) throw error;
      skipped.push({ path: here, why, isFolder: true });
      return [];
    });
    for (const { name, kind, isUsable } of entries) {
      const inner = here === '' || here === '.' ? name : `${here}/${name}`;
      if (!isUsable) skipped.push({ path: inner, why: UNNAMEABLE, isFolder: kind === 'folder' });
      else if (kind === 'folder' && depth < MAX_DEPTH) open.push({ path: inner, depth: depth + 1 });
      else if (kind === 'folder') isCut = true;
      else if (kind === 'link') skipped.push({ path: inner, why: 'is a link', isFolder: false });
      else if (kind === 'other') skipped.push({ path: inner, why: 'is no file with text', isFolder: false });
      else if (paths.length < MAX_FILES) paths.push(inner);
      else return { paths, skipped, isCut: true };
    }
  }
  return { paths, skipped, isCut };
}

export const UNNAMEABLE = 'has a name that a path cannot hold';
