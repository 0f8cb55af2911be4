// Owns the benchmark: `npm run bench [REPETITIONS] [PART OF A WORK'S NAME]`, with `-- --against CHECKOUT` beside another build. Each repetition
// in fresh processes, the contestants in turn, so that what the machine does beside it hits all alike. What counts are the ratios.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contender, measured, prepareContenders, programOf } from './contenders.ts';
import { firstRequestMs, firstRunMs } from './start-times.ts';
import { median } from './statistics.ts';
import { measureStored } from './stored-runs.ts';
import { Table } from './table.ts';
import type { Done, Work } from './work.ts';
import { WORKS } from './work.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DEFAULT_REPETITIONS = '5';
/** A start is short, so there are many of them. */
const STARTS = 4;
/** Those for whom a first pass is measured: what this project's user would write by hand instead. */
const BY_HAND = ['floor', 'vllm-agents', 'openai'];

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: { against: { type: 'string' } },
});
const [repetitionsText = DEFAULT_REPETITIONS, wanted = ''] = positionals;
const repetitions = Number(repetitionsText);
/** What is one number and no multiple of the floor. */
const figures: Record<string, number> = {};

const all = await prepareContenders(options.against);
const byHand = all.filter(({ who }) => BY_HAND.includes(who));
const builds = all.filter(({ who }) => who === 'vllm-agents');
const server = fork(`${HERE}server.mjs`);
const [port] = await once(server, 'message');
const origin = `http://127.0.0.1:${port}`;
const table = new Table(all.map(({ name }) => name));
try {
  for (const work of WORKS) if (work.name.includes(wanted)) await measureWork(work);
  if ('process start to the first request'.includes(wanted)) await measureStart();
  if ('first pass: process start to the end of a run'.includes(wanted)) await measureFirstRun();
  if ('growth'.includes(wanted)) await measureGrowth();
  if ('turn cost'.includes(wanted)) await measureTurns();
  if ('import'.includes(wanted)) await measureImport();
  if ('store'.includes(wanted)) Object.assign(figures, await measureStored(origin, repetitions));
} finally {
  server.kill();
}
tellArgumentGrowth();
if (wanted === '') {
  const text = JSON.stringify({ node: process.version, repetitions, results: table.results, figures }, undefined, 2);
  await writeFile(`${HERE}results.json`, `${text}\n`);
}

/** Measures each in turn, so often, and proves that all did the same where they say what they did. */
async function inTurn<T extends { readonly done: Done | undefined }>(
  contenders: readonly Contender[],
  times: number,
  measure: (contender: Contender) => Promise<T>,
): Promise<(pick: (measurement: T) => number) => ReadonlyMap<string, readonly number[]>> {
  const measurements = new Map<string, T[]>(contenders.map(({ name }) => [name, []]));
  for (let at = 0; at < times; at++) {
    for (const contender of contenders) measurements.get(contender.name)?.push(await measure(contender));
  }
  const did = new Set([...measurements.values()].flat().map(({ done }) => JSON.stringify(done)));
  if (did.size !== 1) throw new Error(`They did not do the same: ${[...did].join(' / ')}`);
  return (pick) => new Map([...measurements].map(([name, each]) => [name, each.map(pick)]));
}

async function measureWork({ name: work, before, target, memoryTarget }: Work): Promise<void> {
  const costs = await inTurn(before === 'first pass' ? byHand : all, repetitions, (contender) =>
    measured<{ done: Done; cpuMs: number; peakMb: number }>(contender, 'one', [contender.who, work, origin]),
  );
  table.add({ work, target, unit: 'CPU ms', values: costs(({ cpuMs }) => cpuMs) });
  if (memoryTarget === undefined) return;
  table.add({ work: `${work}: peak memory`, target: memoryTarget, unit: 'MB', values: costs(({ peakMb }) => peakMb) });
}

async function measureStart(): Promise<void> {
  const times = await inTurn(byHand, repetitions * STARTS, async (contender) => ({
    done: undefined,
    ms: await firstRequestMs(programOf(contender, 'first-request'), contender.who),
  }));
  table.add({ work: 'process start to the first request', target: 1.15, unit: 'ms', values: times(({ ms }) => ms) });
}

async function measureFirstRun(): Promise<void> {
  const times = await inTurn(byHand, repetitions * STARTS, (contender) =>
    firstRunMs(programOf(contender, 'first-run'), contender.who, origin),
  );
  const work = 'first pass: process start to the end of a run of two turns';
  table.add({ work, target: 1.2, unit: 'ms', values: times(({ ms }) => ms) });
}

async function measureGrowth(): Promise<void> {
  const growths = await inTurn(byHand, repetitions, (contender) =>
    measured<{ done: Done; firstMs: number; warmMs: number }>(contender, 'growth', [contender.who, origin]),
  );
  const work = 'growth: what 100 more turns of history add to a turn';
  table.add({ work, target: 1.3, unit: 'CPU ms', values: growths(({ warmMs }) => warmMs) });
  // The floor's own slope in a first run is lost in what the engine compiles meanwhile, so it is no multiple.
  for (const [name, each] of growths(({ firstMs }) => firstMs)) {
    figures[`firstRunGrowthMs ${name}`] = median(each);
    process.stdout.write(
      `\n${name}: in a first run 100 more turns add ${median(each).toFixed(2)} ms of CPU to a turn.\n`,
    );
  }
}

async function measureTurns(): Promise<void> {
  for (const build of builds) {
    const ratios = await measured<{ ratioOfWhole: number; ratioOfOwn: number }>(build, 'turn-cost', [origin]);
    figures[`turnCostLateToEarly ${build.name}`] = ratios.ratioOfOwn;
    const own = `${ratios.ratioOfOwn.toFixed(2)} of one from 1 to 50 (target 1.2) without the floor's part`;
    process.stdout.write(
      `\n${build.name}: a turn from 150 to 200 costs ${own}, ${ratios.ratioOfWhole.toFixed(2)} with it.\n`,
    );
  }
}

async function measureImport(): Promise<void> {
  for (const build of builds) {
    const times = new Map<string, number[]>(['bare', 'package'].map((what) => [what, []]));
    for (let at = 0; at < repetitions * STARTS; at++) {
      for (const [what, each] of times) each.push(await measured<number>(build, 'import-only', [what]));
    }
    const more = median(times.get('package') ?? []) - median(times.get('bare') ?? []);
    figures[`importCpuMs ${build.name}`] = more;
    process.stdout.write(`\n${build.name}: import costs ${more.toFixed(1)} ms of CPU over bare Node (target 40).\n`);
  }
}

/** How the cost of arguments grows with their length: 1 is in step with it. */
function tellArgumentGrowth(): void {
  for (const { name } of all) {
    const [small, large] = ['64', '512'].map(
      (kib) => table.results.find(({ who, work }) => who === name && work.startsWith(`${kib} KiB`))?.median,
    );
    if (small === undefined || large === undefined) continue;
    const exponent = Math.log(large / small) / Math.log(512 / 64);
    figures[`growthExponent ${name}`] = exponent;
    const told = `${exponent.toFixed(2)} (target 1.05)`;
    process.stdout.write(`\n${name}: growth exponent of arguments from 64 to 512 KiB ${told}.\n`);
  }
}
