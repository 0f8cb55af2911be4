// Owns the scale measurement: `npm run bench:scale [RUNS]`. One process holds so many streams open at once, the floor first.

import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildPrograms, builtIn, ROOT } from './build.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DEFAULT_RUNS = 5000;

const run = promisify(execFile);
const runs = process.argv[2] ?? String(DEFAULT_RUNS);
await run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
await buildPrograms(['scale-one']);
for (const who of ['floor', 'vllm-agents']) {
  const server = fork(`${HERE}slow-server.mjs`);
  const [port] = await once(server, 'message');
  try {
    const { stdout } = await run(process.execPath, [
      `${builtIn(ROOT)}scale-one.mjs`,
      who,
      `http://127.0.0.1:${port}/v1`,
      runs,
    ]);
    process.stdout.write(`${stdout}\n`);
  } finally {
    server.kill();
  }
}
