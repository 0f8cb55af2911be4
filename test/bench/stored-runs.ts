// Owns measuring what the store costs a run, beside the same runs without it. Each row is a process of its own, and only its own CPU counts.
// `npm run bench 3 store`, or `npx tsx test/bench/stored-runs.ts [REPETITIONS]` alone.

import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseName, RunOptions, Store } from '../../src/index.ts';
import { defineAgent, defineTool, openStore, run, VllmClient } from '../../src/index.ts';
import { DATABASES } from '../session/databases.ts';
import { bundle } from '../support/bundle.ts';
import { median } from './statistics.ts';

interface Row {
  readonly what: 'none' | DatabaseName;
  readonly runs: number;
  readonly turns: number;
  /** Whether the tool says that it only reads, so that a turn has one sync and not two. */
  readonly isReadOnly: boolean;
  readonly origin: string;
}

interface Cost {
  /** Microseconds a turn. */
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly bytes: number;
}

const SIZES = [
  { name: '1000 runs of 10 turns at once', runs: 1000, turns: 10, isReadOnly: false },
  { name: 'one run of 200 turns', runs: 1, turns: 200, isReadOnly: false },
  { name: 'the same, with a tool that only reads', runs: 1, turns: 200, isReadOnly: true },
] as const;

/** Prints a line for each size and library; returns the medians as figures. */
export async function measureStored(origin: string, repetitions: number): Promise<Readonly<Record<string, number>>> {
  const program = await bundle(new URL(import.meta.url));
  const figures: Record<string, number> = {};
  for (const { name, ...size } of SIZES) {
    const costs = new Map<string, Cost[]>();
    for (let round = 0; round < repetitions; round++) {
      for (const what of ['none', ...DATABASES] as const) {
        const row: Row = { ...size, what, origin };
        const { stdout } = spawnSync(process.execPath, [program, JSON.stringify(row)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        costs.set(what, [...(costs.get(what) ?? []), JSON.parse(stdout) as Cost]);
      }
    }
    const of = (what: string, pick: (cost: Cost) => number): number => median((costs.get(what) ?? []).map(pick));
    const without = of('none', ({ cpuUs }) => cpuUs);
    for (const what of DATABASES) {
      const cpuUs = of(what, (cost) => cost.cpuUs);
      const more = of(what, ({ wallUs }) => wallUs) - of('none', ({ wallUs }) => wallUs);
      const ratio = cpuUs / without;
      const bytes = of(what, (cost) => cost.bytes);
      figures[`${name}, ${what}: CPU over that without`] = ratio;
      figures[`${name}, ${what}: microseconds more a turn`] = more;
      const parts = [`${ratio.toFixed(2)} x CPU`, `${(cpuUs - without).toFixed(0)} us CPU more a turn`];
      const rest = [`${more.toFixed(0)} us more a turn`, `${bytes.toFixed(0)} bytes a turn`];
      process.stdout.write(`${[name, what, ...parts, ...rest].join('\t')}\n`);
    }
  }
  rmSync(program);
  return figures;
}

async function measure({ what, runs, turns, isReadOnly, origin }: Row): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-'));
  const path = join(folder, 'store.db');
  const store = what === 'none' ? undefined : await openStore({ path, database: what });
  const client = new VllmClient(`${origin}/loop/1/${turns}/v1`);
  const one = (runId: string): Promise<void> => runOne(runId, { client, isReadOnly, store });
  await one('warm');
  const [began, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: runs }, (_, at) => one(`run-${at}`)));
  const { user, system } = process.cpuUsage(before);
  const wallUs = (performance.now() - began) * 1000;
  await store?.close();
  const all = runs * (turns + 1);
  // The warm-up is in the file too.
  const bytes = store === undefined ? 0 : statSync(path).size / ((runs + 1) * (turns + 1));
  rmSync(folder, { recursive: true });
  return { cpuUs: (user + system) / all, wallUs: wallUs / all, bytes };
}

interface One {
  readonly client: VllmClient;
  readonly isReadOnly: boolean;
  readonly store: Store | undefined;
}

async function runOne(runId: string, { client, isReadOnly, store }: One): Promise<void> {
  const add = defineTool({
    name: 'add',
    description: 'Adds.',
    parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
    repeatable: true,
    readOnly: isReadOnly,
    execute: ({ a, b }) => String(Number(a) + Number(b)),
  });
  const limits = { turns: 1000, toolCalls: 0, sameCall: 0, tokens: 0 };
  const agent = defineAgent({ name: 'bench', model: 'bench', limits, tools: [add] });
  const options: RunOptions = { client, runId };
  const { outcome } = await run(agent, 'go', { ...options, ...(store !== undefined && { store }) });
  if (outcome.type !== 'completed') throw new Error(JSON.stringify(outcome));
}

const [, started, argument = ''] = process.argv;
if (argument.startsWith('{')) {
  process.stdout.write(JSON.stringify(await measure(JSON.parse(argument) as Row)));
  process.exit(0);
} else if (started === fileURLToPath(import.meta.url)) {
  const server = fork(fileURLToPath(new URL('server.mjs', import.meta.url)));
  const [port] = await once(server, 'message');
  await measureStored(`http://127.0.0.1:${String(port)}`, Number(argument || 3));
  server.kill();
}
