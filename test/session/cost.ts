// Owns measuring what the store costs, beside the same runs without it: `npx tsx test/session/cost.ts [RUNS] [TURNS]`.
// Each row is a process of its own, and only its own CPU counts.

import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseName, EmbeddedHost, RunOptions, Store } from '../../src/index.ts';
import { createEmbeddedHost, defineAgent, defineTool, openStore, run, VllmClient } from '../../src/index.ts';
import { bundle } from '../support/bundle.ts';
import { DATABASES } from './databases.ts';

const ROUNDS = 3;

interface Row {
  readonly what: 'none' | DatabaseName;
  readonly runs: number;
  readonly turns: number;
  readonly origin: string;
}

async function report(runs: number, turns: number): Promise<void> {
  const program = await bundle(new URL(import.meta.url));
  const server = fork(fileURLToPath(new URL('../bench/server.mjs', import.meta.url)));
  const [port] = await once(server, 'message');
  for (const size of [
    { runs, turns },
    { runs: 1, turns: 200 },
  ]) {
    for (let round = 0; round < ROUNDS; round++) {
      for (const what of ['none', ...DATABASES] as const) {
        const row: Row = { ...size, what, origin: `http://127.0.0.1:${String(port)}` };
        spawnSync(process.execPath, [program, JSON.stringify(row)], { stdio: 'inherit' });
      }
    }
  }
  server.kill();
  rmSync(program);
}

async function measure({ what, runs, turns, origin }: Row): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-'));
  const path = join(folder, 'store.db');
  const store = what === 'none' ? undefined : await openStore({ path, database: what });
  let steps = 0;
  const counted: Store | undefined = store && {
    ...store,
    capabilities: store.capabilities,
    recordStep: (...recorded) => {
      steps++;
      return store.recordStep(...recorded);
    },
  };
  const host = counted && createEmbeddedHost(counted);
  const client = new VllmClient(`${origin}/loop/1/${turns}/v1`);
  await runOne(host, client, 'warm');
  steps = 0;
  const [began, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: runs }, (_, at) => runOne(host, client, `run-${at}`)));
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - began;
  const cpuMs = (user + system) / 1000;
  await store?.close();
  const bytes = store === undefined ? 0 : statSync(path).size;
  rmSync(folder, { recursive: true });
  const all = runs * (turns + 1);
  const figures = [
    `${runs} runs of ${turns} turns`,
    what,
    `${((cpuMs * 1000) / all).toFixed(0)} us CPU a turn`,
    `${((wallMs * 1000) / all).toFixed(0)} us a turn`,
    `${(steps / all).toFixed(1)} steps a turn`,
    // The warm-up is in the file too.
    `${(bytes / ((runs + 1) * (turns + 1))).toFixed(0)} bytes a turn`,
  ];
  process.stdout.write(`${figures.join('\t')}\n`);
  process.exit(0);
}

const agent = defineAgent({
  name: 'bench',
  model: 'bench',
  limits: { turns: 1000, toolCalls: 0, sameCall: 0, tokens: 0 },
  tools: [
    defineTool({
      name: 'add',
      description: 'Adds.',
      parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
      execute: ({ a, b }) => String(Number(a) + Number(b)),
    }),
  ],
});

async function runOne(host: EmbeddedHost | undefined, client: VllmClient, runId: string): Promise<void> {
  const input = [{ role: 'user', content: 'go' }] as const;
  const opened = await host?.openRun({ runId, agent: 'bench', input });
  const options: RunOptions = { client, ...opened?.options };
  const { outcome } = await run(agent, input, options);
  if (outcome.type !== 'completed') throw new Error(JSON.stringify(outcome));
  await opened?.close();
}

if (process.argv[2]?.startsWith('{')) await measure(JSON.parse(process.argv[2]) as Row);
else await report(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 10));
