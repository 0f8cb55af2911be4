// Owns making programs of the contestants that plain Node runs, each on the package as it is built: what a user's program is.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Where the programs are, as `one.mjs` and so on. */
export const BUILT = `${HERE}built/`;

/** After `npm run build`. */
export async function buildPrograms(names: readonly string[]): Promise<void> {
  await build({
    entryPoints: names.map((name) => `${HERE}${name}.ts`),
    outdir: BUILT,
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
        },
      },
    ],
  });
}
