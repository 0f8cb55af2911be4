// Owns what an unknown name of an option probably means. Which names there are, and refusing the others, is left to the callers.

import { createRequire } from 'node:module';

/** Loaded with the first unknown name. */
const load = createRequire(import.meta.url);

/** The known name that is spelled almost like this one; case, hyphens and underscores do not count. Undefined when none is near. */
export function nearName(name: string, known: readonly string[]): string | undefined {
  const { distance } = load('fastest-levenshtein') as typeof import('fastest-levenshtein');
  const wanted = plain(name);
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const candidate of known) {
    const letters = plain(candidate);
    // Swapped letters are one mistake, not two.
    const far = sorted(wanted) === sorted(letters) ? Math.min(1, distance(wanted, letters)) : distance(wanted, letters);
    if (far <= mostDistance(wanted, candidate) && (best === undefined || far < best.far))
      best = { name: candidate, far };
  }
  return best?.name;
}

/** A third of the letters may differ, but of two short names at most one. */
function mostDistance(wanted: string, candidate: string): number {
  return Math.max(1, Math.floor(Math.min(wanted.length, candidate.length) / 3));
}

function plain(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase();
}

function sorted(letters: string): string {
  return [...letters].toSorted().join('');
}

export interface KnownNames {
  readonly names: readonly string[];
  /** What people write who come from other libraries -> what to write here. */
  readonly otherwise?: Readonly<Record<string, string>>;
}

/** The first name in an object that is not known, with what to write instead: `there is no option \`x\`. Did you mean \`y\`?` */
export function unknownOption(given: object, { names, otherwise = {} }: KnownNames): string | undefined {
  const name = Object.keys(given).find((key) => !names.includes(key));
  if (name === undefined) return undefined;
  const meant = Object.hasOwn(otherwise, name) ? otherwise[name] : undefined;
  if (meant !== undefined) return `there is no option \`${name}\`: use ${meant}.`;
  const near = nearName(name, names);
  const hint = near === undefined ? `The options are ${names.join(', ')}.` : `Did you mean \`${near}\`?`;
  return `there is no option \`${name}\`. ${hint}`;
}
