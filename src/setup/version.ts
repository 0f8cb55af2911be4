// Owns the version of this package, as its package.json says.

import { createRequire } from 'node:module';

/** By the package's own name, so that it is found from the sources and from what is built of them. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)('vllm-agents/package.json') as { readonly version: string };
  return version;
}
