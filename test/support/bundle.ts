// Owns making programs of the tests that plain Node starts at once: a process that has to compile first takes longer than what is tested.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Below the packages, so that a program finds them. */
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/test-programs/', import.meta.url));

/** Bundles a file of the tests; returns the path of the program. */
export async function bundle(source: URL): Promise<string> {
  const program = `${FOLDER}${source.pathname.split('/').at(-1)}.${process.pid}.mjs`;
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile: program,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return program;
}
