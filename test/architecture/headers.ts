// Owns the rule that a file which a header comment names exists. What else a header must have is left to `rules.ts`.

import { dirname, join } from 'node:path/posix';
import type { SourceFile } from './source.ts';

/** The files that headers name and that do not exist, as `path: what is wrong`. */
export function headerViolations(files: readonly SourceFile[]): string[] {
  const paths = files.map(({ path }) => path);
  return files.flatMap(({ path, text }) =>
    filesNamedIn(headerOf(text))
      .filter((name) => !exists(name, path, paths))
      .map((name) => `${path}: its header names ${name}, which does not exist`),
  );
}

/** The comment lines at the start of a file, after the line that names its interpreter. */
function headerOf(text: string): string {
  return /^(?:#![^\n]*\n)?((?:\/\/[^\n]*\n?)*)/.exec(text)?.[1] ?? '';
}

function filesNamedIn(header: string): string[] {
  return [...header.matchAll(/`([\w./-]+\.ts)`/g)].flatMap(([, name]) => name ?? []);
}

/** A name may be a path from the file's own folder or from the root, or the end of any path. */
function exists(name: string, from: string, paths: readonly string[]): boolean {
  return paths.includes(join(dirname(from), name)) || paths.some((path) => `/${path}`.endsWith(`/${name}`));
}
