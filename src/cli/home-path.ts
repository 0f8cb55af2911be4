// Owns `~` at the start of a path that a person typed into a program: the shell expands it only where a word begins with it.

import { homedir } from 'node:os';
import { join } from 'node:path';

/** `~` and `~/x` are in the home folder; `~x` is a name like any other. */
export function expandHome(path: string, home: string = homedir()): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
