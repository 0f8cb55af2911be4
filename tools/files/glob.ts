// Owns globs (`*`, `**`, `?`, `{a,b}`) over paths with `/`. In time bounded by pattern times path, without regular
// expressions: the patterns come from a model.

import { ToolRetry } from '../../src/index.ts';

const MAX_GLOB_CHARS = 500;
const MAX_ALTERNATIVES = 64;

/**
 * Makes a test of paths. A glob without `/` is about the name alone, in any folder. Throws a ToolRetry for a glob that is
 * too long, or whose braces stand for too many.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  if (glob.length > MAX_GLOB_CHARS) throw new ToolRetry(`A glob has at most ${MAX_GLOB_CHARS} characters.`);
  const patterns = expandBraces(glob.replace(/^(\.?\/)+/, '')).map((pattern) =>
    (pattern.includes('/') ? pattern : `**/${pattern}`).split('/'),
  );
  return (path) => {
    const segments = path.split('/');
    return patterns.some((pattern) => fitsInTurn(pattern, segments, '**', matchesName));
  };
}

/** Whether one name without `/` fits a pattern of `*` and `?`. */
export function matchesName(pattern: string, name: string): boolean {
  return fitsInTurn([...pattern], [...name], '*', (wanted, char) => wanted === '?' || wanted === char);
}

/** Innermost braces first, so that nested ones need no parser. */
function expandBraces(glob: string): readonly string[] {
  const open: string[] = [glob];
  const done: string[] = [];
  for (let pattern = open.pop(); pattern !== undefined; pattern = open.pop()) {
    const braces = /\{([^{},]*(?:,[^{},]*)+)\}/.exec(pattern);
    if (braces === null) done.push(pattern);
    else {
      const before = pattern.slice(0, braces.index);
      const after = pattern.slice(braces.index + braces[0].length);
      open.push(...(braces[1] ?? '').split(',').map((choice) => before + choice + after));
    }
    if (open.length + done.length > MAX_ALTERNATIVES) {
      throw new ToolRetry(
        `The braces of a glob may stand for ${MAX_ALTERNATIVES} alternatives: search in several steps.`,
      );
    }
  }
  return done;
}

/**
 * Whether all items fit the pattern, in which `star` stands for any number of items. Only the last star is ever gone back
 * to: what an earlier one took can stay as it is, for the later one can take the rest.
 */
function fitsInTurn(
  pattern: readonly string[],
  items: readonly string[],
  star: string,
  fits: (wanted: string, item: string) => boolean,
): boolean {
  let at = 0;
  let next = 0;
  let lastStar = -1;
  let resume = 0;
  for (let item = items[at]; item !== undefined; item = items[at]) {
    const wanted = pattern[next];
    if (wanted === star) {
      lastStar = next++;
      resume = at;
    } else if (wanted !== undefined && fits(wanted, item)) {
      next++;
      at++;
    } else if (lastStar >= 0) {
      next = lastStar + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[next] === star) next++;
  return next === pattern.length;
}
