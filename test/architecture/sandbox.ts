// Owns the rule that some folders can run where Node's own modules do not exist: what they import at run time, directly or
// through other files, needs none. Type imports are erased and do not count.

import { dirname, join } from 'node:path/posix';
import type { Source } from './source.ts';

export interface Sandbox {
  /** The folders and files that must run without Node. */
  readonly roots: readonly string[];
  /** The npm packages that run without Node. */
  readonly packages: readonly string[];
}

/** One line for each import of a built-in module or another package that a root leads to, with a chain of imports that does. */
export function sandboxViolations(sources: readonly Source[], { roots, packages }: Sandbox): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const found: string[] = [];
  const seen = new Set<string>();
  const isAllowed = (specifier: string): boolean =>
    packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));

  // Breadth first, so that the chain which is shown is a shortest one.
  let frontier = sources
    .filter(({ path }) => roots.some((root) => path === root || path.startsWith(`${root}/`)))
    .map((source) => ({ source, chain: [source.path] }));
  for (const { source } of frontier) seen.add(source.path);
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (const { source, chain } of frontier) {
      for (const specifier of new Set(source.runtimeImports)) {
        if (!specifier.startsWith('.')) {
          if (!isAllowed(specifier)) found.push(`${chain.join(' -> ')} -> ${specifier}: needs Node`);
          continue;
        }
        const target = byPath.get(join(dirname(source.path), specifier));
        if (target === undefined || seen.has(target.path)) continue;
        seen.add(target.path);
        next.push({ source: target, chain: [...chain, target.path] });
      }
    }
    frontier = next;
  }
  return found;
}
