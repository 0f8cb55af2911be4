// Owns `~` at the start of a path that a person wrote: in a setting or a file of settings no shell has expanded it.

import { homedir } from 'node:os';
import { join } from 'node:path';

/** `~` and `~/x` are in the home folder; `~x` is a name like any other. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') || path.startsWith('~\\') ? join(homedir(), path.slice(1)) : path;
}
