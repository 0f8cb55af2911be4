// Owns the claim that ten runs in one process survive kills at random moments: each ends as one that nothing happened to, nothing that is
// recorded is done again, and what must not be done twice is not.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../../src/index.ts';
import { INITIAL_RUN_STATE, openStore, reduceRun } from '../../../src/index.ts';
import type { FakeVllm } from '../../../src/testing/index.ts';
import { startFakeVllm } from '../../../src/testing/index.ts';
import { comparableState } from '../../../src/testing/play-scenario.ts';
import { bundle } from '../../support/bundle.ts';
import { answerToMany, placeOf, runIds, SERVER_FILE } from './many-jobs.ts';
import type { ManyOrder } from './many-process.ts';

/** With `npm run crash`; so many in the suite, which has to be quick. */
const KILLS = process.env.CRASH_POINTS === 'all' ? 200 : 6;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

let folder = '';
let program = '';
let servers: readonly FakeVllm[] = [];
let files = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kills-'));
  program = await bundle(new URL('many-process.ts', import.meta.url));
  // A copy in a package of the same name: a program below the packages is in none, and MCP servers are told the version.
  copyFileSync(program, join(folder, 'program.mjs'));
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  servers = await Promise.all([
    startFakeVllm({ respond: answerToMany }),
    startFakeVllm({ respond: answerToMany, toolParser: false }),
  ]);
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
  rmSync(program);
});

/** Numbers that are the same in every run of the suite: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}

/** The ten runs in a file of their own, and all that is known of their processes. */
class Batch {
  readonly path = join(folder, `${files++}.db`);
  readonly effects = `${this.path}.effects`;
  readonly counted = `${this.path}.counted`;

  /** A process that is killed after so many events; undefined for never. Returns how many there were, or undefined if it was killed. */
  async start(killAfter: number | undefined): Promise<number | undefined> {
    const recorded = await this.#read(recordedKeys);
    const [ran, asked] = [linesOf(this.effects).length, servers.map(({ requests }) => requests.length)];
    const count = await this.#process(killAfter);
    const modelSteps = servers.flatMap(({ requests }, at) =>
      requests.slice(asked[at]).flatMap((request) => {
        const { runId, key } = placeOf(request);
        return request.path === '/v1/chat/completions' ? [`${runId}/${key}`] : [];
      }),
    );
    const done = [...linesOf(this.effects).slice(ran), ...modelSteps];
    expect(done.filter((key) => recorded.has(key))).toEqual([]);
    return count;
  }

  async #process(killAfter: number | undefined): Promise<number | undefined> {
    const { path, effects, counted } = this;
    const [baseUrl = '', plainUrl = ''] = servers.map((server) => server.baseUrl);
    const order: ManyOrder = { path, baseUrl, plainUrl, effects, counted, server: SERVER_FILE };
    const child = spawn(process.execPath, [join(folder, 'program.mjs'), JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let events = 0;
    child.stdout.on('data', (bytes: Uint8Array) => {
      events += bytes.length;
      if (killAfter !== undefined && events >= killAfter) child.kill('SIGKILL');
    });
    const [code, signal] = await once(child, 'close');
    if (signal === 'SIGKILL') return undefined;
    expect(code).toBe(0);
    return events;
  }

  /** How every run has ended. */
  async result(): Promise<unknown> {
    return await this.#read(async (store) => {
      const ends: unknown[] = [];
      for (const runId of runIds) {
        const run = await store.readRun(runId);
        const events = await store.readEvents(runId);
        const state = events.reduce(reduceRun, INITIAL_RUN_STATE);
        const log = (await store.readMessages(run?.session?.sessionId ?? '')).map(({ message }) => message);
        expect(log).toEqual(state.messages);
        ends.push({ runId, status: run?.status, owner: run?.owner, state: withoutDoubt(comparableState(state)) });
      }
      return ends;
    });
  }

  async #read<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore({ path: this.path });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }
}

async function recordedKeys(store: Store): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const runId of runIds) {
    if ((await store.readRun(runId)) === undefined) continue;
    for (const { key } of await store.readSteps(runId)) keys.add(`${runId}/${key}`);
  }
  return keys;
}

/** A call that must not run twice may be answered as in doubt: that is the one difference that a kill may make. */
function withoutDoubt(state: unknown): unknown {
  return JSON.parse(JSON.stringify(state), (name, value: unknown) => {
    if (name === 'warnings' && Array.isArray(value)) return value.filter(({ code }) => code !== 'call_in_doubt');
    // A name stands for an id of the store's own, made anew with each store.
    if (name === 'sessionId') return undefined;
    // The loop remembers of a call in doubt that it failed.
    if (name === 'isError') return undefined;
    if (name === 'content' && typeof value === 'string' && value.startsWith('This call was under way')) return DOUBT;
    if (name === 'content' && (value === 'counted' || value === 'once is done')) return DOUBT;
    return value;
  });
}

const DOUBT = 'done, or in doubt';

test(`ten runs of one process end as if nothing had happened, however often it is killed`, async () => {
  const calm = new Batch();
  const events = (await calm.start(undefined)) ?? 0;
  const expected = await calm.result();
  // Every run has all its calls: each of them is one line.
  expect([linesOf(calm.effects).length, linesOf(calm.counted).length]).toEqual([runIds.length * 4, runIds.length]);
  const random = createRandom(1);
  for (let kills = 0; kills < KILLS; ) {
    const batch = new Batch();
    let killed = 0;
    while ((await batch.start(kills + killed < KILLS ? 1 + random(events) : undefined)) === undefined) killed++;
    kills += killed;
    expect(await batch.result()).toEqual(expected);
    for (const file of [batch.counted, `${batch.effects}`]) {
      const lines = linesOf(file).filter((line) => file === batch.counted || line.endsWith('/t2/call/1'));
      // What must not be done twice was begun at most once for each run.
      expect(new Set(lines).size).toBe(lines.length);
    }
  }
}, 3_600_000);
