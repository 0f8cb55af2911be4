// Owns going through the files of a folder, bounded, in a stable order. Reading one is left to `folder.ts`.

import type { Folder } from './folder.ts';

/** More files than this are not looked at: the caller says so. */
const MAX_FILES = 5000;
const MAX_DEPTH = 24;

export interface Walked {
  /** Relative, with `/`, sorted folder by folder. */
  readonly paths: readonly string[];
  /** Whether there were more than are given. */
  readonly isCut: boolean;
}

/** All files below a path. Links are not followed, so that nothing is met twice. */
export async function walk(folder: Folder, path: string, signal: AbortSignal): Promise<Walked> {
  const paths: string[] = [];
  const open: { readonly path: string; readonly depth: number }[] = [{ path, depth: 0 }];
  let isCut = false;
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    signal.throwIfAborted();
    for (const { name, kind } of await folder.entries(next.path)) {
      const inner = next.path === '' || next.path === '.' ? name : `${next.path}/${name}`;
      if (kind === 'folder' && next.depth < MAX_DEPTH) open.push({ path: inner, depth: next.depth + 1 });
      else if (kind === 'folder') isCut = true;
      else if (kind === 'file' && paths.length < MAX_FILES) paths.push(inner);
      else if (kind === 'file') return { paths, isCut: true };
    }
  }
  return { paths, isCut };
}
