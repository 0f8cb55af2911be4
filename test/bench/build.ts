// Owns making programs of the contestants that plain Node runs, each on the package as it is built: what a user's program is.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** This checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where a checkout's programs are, as `one.mjs` and so on. */
export const builtIn = (root: string): string => `${root}test/bench/built/`;

/**
 * After `npm run build` in that checkout. They are put into it, so that the package and all that it loads are its own, and so is
 * `ours.ts`, which speaks the package's API.
 */
export async function buildPrograms(names: readonly string[], root = ROOT): Promise<void> {
  await build({
    entryPoints: names.map((name) => `${HERE}${name}.ts`),
    outdir: builtIn(root),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    plugins: [
      {
        name: 'the package as it is built',
        setup({ onResolve }) {
          onResolve({ filter: /src\/index\.ts$/ }, () => ({ path: 'vllm-agents', external: true }));
          onResolve({ filter: /^\.\/ours\.ts$/ }, () => ({ path: `${root}test/bench/ours.ts` }));
        },
      },
    ],
  });
}
