// Owns deciding which names of a folder are closed. The names themselves are in `closed-names.ts`, the file system is left to `folder.ts`.

import { matchesName } from './glob.ts';

export interface Closed {
  /** Whether a path in the folder is closed, or goes through something closed. */
  readonly has: (segments: readonly string[]) => boolean;
  /** The same for an entry of a folder that is open. */
  readonly hasEntry: (folder: readonly string[], name: string) => boolean;
}

/**
 * Names with `*` and `?`; `a/b` and `a/**` as `CLOSED` has them. `root` is where the folder really is: names of a rule may belong to its
 * path. In any case, for file systems that do not tell it apart.
 */
export function createClosed(rules: readonly string[], root: string): Closed {
  const lower = rules.map((rule) => rule.toLowerCase());
  const isName = nameTest(lower.filter((rule) => !rule.includes('/')));
  const paths = lower.filter((rule) => rule.includes('/')).map(readRule);
  const above = root.toLowerCase().split(/[\\/]/).filter(Boolean);

  const hasPath = (segments: readonly string[]): boolean => {
    const whole = [...above, ...segments];
    return paths.some((rule) => closes(rule, whole, above.length));
  };
  return {
    has: (segments) => {
      const names = segments.map((name) => name.toLowerCase());
      return names.some(isName) || hasPath(names);
    },
    hasEntry: (folder, name) => {
      const last = name.toLowerCase();
      return isName(last) || hasPath([...folder.map((segment) => segment.toLowerCase()), last]);
    },
  };
}

interface PathRule {
  readonly names: readonly string[];
  /** Whether all below is meant, rather than the place itself. */
  readonly isBelow: boolean;
}

function readRule(rule: string): PathRule {
  const names = rule.split('/').filter((name) => name !== '');
  const isBelow = names.at(-1) === '**';
  return { names: isBelow ? names.slice(0, -1) : names, isBelow };
}

/** What the root itself is or is in was chosen by a person, and closes nothing, unless the rule is about all below. */
function closes({ names, isBelow }: PathRule, whole: readonly string[], rootLength: number): boolean {
  for (let start = 0; start + names.length <= whole.length; start++) {
    const end = start + names.length;
    if (end <= rootLength && !(isBelow && whole.length > rootLength)) continue;
    if (names.every((name, at) => fits(name, whole[start + at] ?? ''))) return true;
  }
  return false;
}

/** Most rules are plain names, and every name of a search is tested. */
function nameTest(rules: readonly string[]): (name: string) => boolean {
  const plain = new Set(rules.filter((rule) => !isPattern(rule)));
  const patterns = rules.filter(isPattern);
  return (name) => plain.has(name) || patterns.some((pattern) => matchesName(pattern, name));
}

function fits(rule: string, name: string): boolean {
  return isPattern(rule) ? matchesName(rule, name) : rule === name;
}

function isPattern(rule: string): boolean {
  return /[*?]/.test(rule);
}
