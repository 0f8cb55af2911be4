// Owns the benchmark: `npm run bench [REPETITIONS]`. Each repetition in fresh processes, the contestants in turn, so that what the
// machine does beside it hits all alike. CPU is user and system time of the process; what counts are the ratios.

import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Done } from './work.ts';
import { WORKS } from './work.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_REPETITIONS = 5;

interface Cost {
  readonly done: Done;
  readonly cpuMs: number;
  readonly peakMb: number;
}

const run = promisify(execFile);
const names = ['floor', 'vllm-agents', ...(existsSync(`${ROOT}node_modules/openai`) ? ['openai'] : [])];
const repetitions = Number(process.argv[2] ?? DEFAULT_REPETITIONS);
const server = fork(`${HERE}server.mjs`);
const [port] = await once(server, 'message');
const origin = `http://127.0.0.1:${port}`;

async function costOf(who: string, work: string): Promise<Cost> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', `${HERE}one.ts`, who, work, origin], {
    cwd: ROOT,
  });
  return JSON.parse(stdout);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const results: object[] = [];
const lines = [
  `| work | target | ${names.map((name) => `${name} (CPU ms, ×)`).join(' | ')} |`,
  `| --- | --- |${' --- |'.repeat(names.length)}`,
];
try {
  for (const { name, target } of WORKS) {
    const costs = new Map<string, Cost[]>(names.map((who) => [who, []]));
    for (let at = 0; at < repetitions; at++) for (const who of names) costs.get(who)?.push(await costOf(who, name));
    const did = new Set([...costs.values()].flat().map(({ done }) => JSON.stringify(done)));
    if (did.size !== 1) throw new Error(`They did not do the same work in "${name}": ${[...did].join(' / ')}`);
    const floor = median(costs.get('floor')?.map(({ cpuMs }) => cpuMs) ?? []);
    const cells = names.map((who) => {
      const all = costs.get(who)?.map(({ cpuMs }) => cpuMs) ?? [];
      const [least = 0, most = 0] = [Math.min(...all), Math.max(...all)];
      results.push({
        work: name,
        who,
        cpuMs: median(all),
        least,
        most,
        ratio: median(all) / floor,
        peakMb: median(costs.get(who)?.map(({ peakMb }) => peakMb) ?? []),
      });
      return `${median(all).toFixed(0)} (${least.toFixed(0)}-${most.toFixed(0)}), ${(median(all) / floor).toFixed(2)}`;
    });
    lines.push(`| ${name} | ${target} | ${cells.join(' | ')} |`);
    process.stdout.write(`${lines.at(-1)}\n`);
  }
} finally {
  server.kill();
}
await writeFile(
  `${HERE}results.json`,
  `${JSON.stringify({ node: process.version, repetitions, results }, undefined, 2)}\n`,
);
process.stdout.write(`\n${lines.join('\n')}\n`);
