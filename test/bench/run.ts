// Owns the benchmark: `npm run bench [REPETITIONS] [PART OF A WORK'S NAME]`. Each repetition in fresh processes, the contestants in turn,
// so that what the machine does beside it hits all alike. CPU is user and system time of the process; what counts are the ratios.

import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BUILT, buildPrograms } from './build.ts';
import { firstRequestMs } from './first-request-time.ts';
import { median, spread } from './statistics.ts';
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

interface Result {
  readonly work: string;
  readonly who: string;
  readonly unit: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly timesFloor: number;
}

const run = promisify(execFile);
const peers = ['openai', 'ai', '@openai/agents'].filter((name) => existsSync(`${ROOT}node_modules/${name}`));
const names = ['floor', 'vllm-agents', ...peers];
const repetitions = Number(process.argv[2] ?? DEFAULT_REPETITIONS);
const wanted = process.argv[3] ?? '';
const results: Result[] = [];
/** What is one number and no multiple of the floor. */
const figures: Record<string, number> = {};

await run('npm', ['run', '--silent', 'build'], { cwd: ROOT });
await buildPrograms(['one', 'first-request', 'import-only', 'turn-cost']);
const server = fork(`${HERE}server.mjs`);
const [port] = await once(server, 'message');
const origin = `http://127.0.0.1:${port}`;
try {
  process.stdout.write(
    `| work | target | ${names.map((name) => `${name}, ×`).join(' | ')} |\n| --- | --- |${' --- |'.repeat(names.length)}\n`,
  );
  for (const { name, target } of WORKS) if (name.includes(wanted)) await measureWork(name, target);
  if ('process start'.includes(wanted)) await measureStart();
  if ('turn cost'.includes(wanted)) await measureTurns();
  if ('import'.includes(wanted)) await measureImport();
} finally {
  server.kill();
}
tellGrowth();
if (wanted === '') {
  const text = JSON.stringify({ node: process.version, repetitions, results, figures }, undefined, 2);
  await writeFile(`${HERE}results.json`, `${text}\n`);
}

async function measureWork(work: string, target: number): Promise<void> {
  const costs = new Map<string, Cost[]>(names.map((who) => [who, []]));
  for (let at = 0; at < repetitions; at++) {
    for (const who of names) {
      const { stdout } = await run(process.execPath, [`${BUILT}one.mjs`, who, work, origin], { cwd: ROOT });
      costs.get(who)?.push(JSON.parse(stdout));
    }
  }
  const did = new Set([...costs.values()].flat().map(({ done }) => JSON.stringify(done)));
  if (did.size !== 1) throw new Error(`They did not do the same work in "${work}": ${[...did].join(' / ')}`);
  tell(work, target, 'CPU ms', (who) => costs.get(who)?.map(({ cpuMs }) => cpuMs) ?? []);
  const isMany = work.endsWith('at once');
  if (isMany) tell(`${work}: peak memory`, 1.4, 'MB', (who) => costs.get(who)?.map(({ peakMb }) => peakMb) ?? []);
}

async function measureStart(): Promise<void> {
  const able = ['floor', 'vllm-agents', 'openai'].filter((who) => names.includes(who));
  const times = new Map<string, number[]>(able.map((who) => [who, []]));
  // Short, so many of them.
  for (let at = 0; at < repetitions * 4; at++) {
    for (const who of able) times.get(who)?.push(await firstRequestMs(`${BUILT}first-request.mjs`, who));
  }
  tell('process start to the first request', 1.15, 'ms', (who) => times.get(who) ?? []);
}

async function measureTurns(): Promise<void> {
  const { stdout } = await run(process.execPath, [`${BUILT}turn-cost.mjs`, origin], { cwd: ROOT });
  const { ratioOfWhole, ratioOfOwn } = JSON.parse(stdout);
  figures.turnCostLateToEarly = ratioOfOwn;
  const told = `${ratioOfOwn.toFixed(2)} of one from 1 to 50 (target 1.2), the floor's part taken off; with it ${ratioOfWhole.toFixed(2)}`;
  process.stdout.write(`\nA turn from 150 to 200 costs ${told}.\n`);
}

async function measureImport(): Promise<void> {
  const times = new Map<string, number[]>(['bare', 'package'].map((what) => [what, []]));
  for (let at = 0; at < repetitions * 4; at++) {
    for (const [what, all] of times) {
      const { stdout } = await run(process.execPath, [`${BUILT}import-only.mjs`, what], { cwd: ROOT });
      all.push(Number(stdout));
    }
  }
  const more = median(times.get('package') ?? []) - median(times.get('bare') ?? []);
  figures.importCpuMs = more;
  process.stdout.write(`\nImport of the package: ${more.toFixed(1)} ms of CPU over bare Node (target 40).\n`);
}

/** Prints a row as soon as it is there, and keeps it for the file. */
function tell(work: string, target: number, unit: string, valuesOf: (who: string) => readonly number[]): void {
  const floor = median(valuesOf('floor'));
  const cells = names.map((who) => {
    const values = valuesOf(who);
    if (values.length === 0) return '';
    const [least, most] = spread(values);
    results.push({ work, who, unit, median: median(values), least, most, timesFloor: median(values) / floor });
    const range = `${least.toFixed(0)}-${most.toFixed(0)}`;
    return `${(median(values) / floor).toFixed(2)} (${median(values).toFixed(0)} ${unit}, ${range})`;
  });
  process.stdout.write(`| ${work} | ${target} | ${cells.join(' | ')} |\n`);
}

/** How the cost of arguments grows with their length: 1 is in step with it. */
function tellGrowth(): void {
  for (const who of names) {
    const [small, large] = ['64', '512'].map(
      (kib) => results.find((result) => result.who === who && result.work.startsWith(`${kib} KiB`))?.median,
    );
    if (small === undefined || large === undefined) continue;
    const exponent = Math.log(large / small) / Math.log(512 / 64);
    figures[`growthExponent ${who}`] = exponent;
    process.stdout.write(
      `\n${who}: growth exponent of arguments from 64 to 512 KiB ${exponent.toFixed(2)} (target 1.05).`,
    );
  }
  process.stdout.write('\n');
}
