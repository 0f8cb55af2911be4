// Owns the claim that runs over MCP tools keep no memory: each run lists the tools anew, and what is made of a schema is shared.
// The program that it starts prints the CPU time too, for whoever compares two versions.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Step } from '../../src/testing/index.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

const PROGRAM = fileURLToPath(new URL('memory-program.ts', import.meta.url));
const WARM_UP_RUNS = 6;
const RUNS = 200;
const CALLS_A_RUN = 10;
const TOOLS = 30;
const MAX_KEPT_BYTES = 5_000_000;

test('200 runs with 2000 calls of 30 tools keep less than 5 MB', { timeout: 600_000 }, async () => {
  await using vllm = await startFakeVllm();
  for (let at = 0; at < WARM_UP_RUNS + RUNS; at++) vllm.script(callsOf(at), answer({ content: 'done' }));
  const args = ['--expose-gc', '--import', 'tsx', PROGRAM, vllm.baseUrl, String(WARM_UP_RUNS), String(RUNS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { results, keptBytes } = JSON.parse(stdout);
  expect(results).toBe(RUNS * CALLS_A_RUN);
  expect(keptBytes).toBeLessThan(MAX_KEPT_BYTES);
});

/** Ten calls side by side; three runs in a row call all thirty tools. */
function callsOf(run: number): Step {
  const first = (run * CALLS_A_RUN) % TOOLS;
  const names = Array.from({ length: CALLS_A_RUN }, (_, at) => `many__tool_${first + at}`);
  return answer({ toolCalls: names.map((name) => ({ name, arguments: { path: 'a' } })) });
}
