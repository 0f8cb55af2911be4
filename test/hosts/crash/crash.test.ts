// Owns the claim that a run survives its processes: killed at any point and started again, it ends as one that nothing happened to, and
// nothing that is recorded is done again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../../src/index.ts';
import { INITIAL_RUN_STATE, openStore, reduceRun } from '../../../src/index.ts';
import type { FakeVllm } from '../../../src/testing/index.ts';
import { startFakeVllm } from '../../../src/testing/index.ts';
import { comparableState } from '../../../src/testing/play-scenario.ts';
import { bundle } from '../../support/bundle.ts';
import { answerTo, RUN_ID, runJob, stepOf } from './job.ts';
import type { JobOrder } from './job-process.ts';

let folder = '';
let program = '';
let vllm: FakeVllm;
let files = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crashes-'));
  program = await bundle(new URL('job-process.ts', import.meta.url));
  vllm = await startFakeVllm({ respond: answerTo });
});

afterAll(async () => {
  await vllm.close();
  rmSync(folder, { recursive: true });
  rmSync(program);
});

/** Every point with `npm run crash`; so many of them in the suite, which has to be quick. */
const STRIDE = process.env.CRASH_POINTS === 'all' ? 1 : 4;

const HOUR_MS = 3_600_000;

/** One job in a file of its own, and all that is known of its processes. */
class Job {
  readonly path = join(folder, `${files++}.db`);
  readonly effects = `${this.path}.effects`;
  #processes = 0;

  async create(): Promise<void> {
    const store = await openStore({ path: this.path });
    await store.createSession({ sessionId: 'session', agent: 'worker' });
    await store.createRun({
      runId: RUN_ID,
      agent: 'worker',
      input: [{ role: 'user', content: 'Do all of it.' }],
      session: { sessionId: 'session', length: 0 },
    });
    await store.post(RUN_ID, { type: 'message', id: 'first', message: { role: 'user', content: 'Be quick.' } });
    await store.close();
  }

  /** A process that dies at a point. Returns how many points it had, or undefined if it died. */
  async start(dieAt: number): Promise<number | undefined> {
    return await this.#checked(async (ahead) => {
      const { path, effects } = this;
      const order: JobOrder = { path, baseUrl: vllm.baseUrl, effects, ahead, dieAt };
      const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (text) => (output += String(text)));
      const [code, signal] = await once(child, 'close');
      if (signal === 'SIGKILL') return undefined;
      expect(code).toBe(0);
      return Number(output);
    });
  }

  /** A process that nothing happens to: this one. */
  async finish(): Promise<void> {
    await this.#checked(async (ahead) => {
      const now = (): number => Date.now() + ahead;
      const store = await openStore({ path: this.path, now });
      await runJob({ store, baseUrl: vllm.baseUrl, effects: this.effects, now, point: () => {} });
      await store.close();
    });
  }

  /** Nothing that was recorded before is done by what happens now. */
  async #checked<T>(happen: (ahead: number) => Promise<T>): Promise<T> {
    const recorded = new Set((await this.#read((store) => store.readSteps(RUN_ID))).map(({ key }) => key));
    const [ran, asked] = [this.#ran().length, vllm.chatBodies().length];
    const result = await happen(this.#processes++ * HOUR_MS);
    const done = [...this.#ran().slice(ran), ...vllm.requests.filter(isChat).slice(asked).map(stepOf)];
    expect(done.filter((key) => recorded.has(key))).toEqual([]);
    return result;
  }

  #ran(): readonly string[] {
    return existsSync(this.effects) ? readFileSync(this.effects, 'utf8').trimEnd().split('\n') : [];
  }

  /** All that is left of the run when it has ended. */
  async result(): Promise<unknown> {
    return await this.#read(async (store) => {
      const { status, owner } = (await store.readRun(RUN_ID)) ?? {};
      const state = (await store.readEvents(RUN_ID)).reduce(reduceRun, INITIAL_RUN_STATE);
      const keys = (await store.readSteps(RUN_ID)).map(({ key }) => key).toSorted();
      const log = (await store.readMessages('session')).map(({ message }) => message);
      expect(log).toEqual(state.messages);
      return { status, owner, keys, state: comparableState(state) };
    });
  }

  async #read<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore({ path: this.path });
    const result = await work(store);
    await store.close();
    return result;
  }
}

function isChat({ path }: { readonly path: string }): boolean {
  return path === '/v1/chat/completions';
}

async function undisturbed(): Promise<{ points: number; result: unknown }> {
  const job = new Job();
  await job.create();
  const points = (await job.start(0)) ?? 0;
  return { points, result: await job.result() };
}

test('a process that is killed at any point is followed by one that ends the run as if nothing had happened', async () => {
  const { points, result } = await undisturbed();
  // Before and after each of the steps, around each commit, in each call and each answer.
  expect(points).toBeGreaterThan(80);
  for (let dieAt = 1; dieAt <= points; dieAt += STRIDE) {
    const job = new Job();
    await job.create();
    const survived = await job.start(dieAt);
    await job.finish();
    // The order of calls that run side by side is not always the same, nor is which commit holds what.
    if (survived !== undefined) expect(dieAt).toBeGreaterThan(points - 10);
    expect(await job.result()).toEqual(result);
  }
}, 600_000);

test('processes that are killed one after another, each soon after its start, bring the run to its end', async () => {
  const { result } = await undisturbed();
  // Enough to get past the calls that begin side by side.
  for (const dieAt of [18, 26]) {
    const job = new Job();
    await job.create();
    let processes = 1;
    while ((await job.start(dieAt)) === undefined) expect(processes++).toBeLessThan(100);
    expect(processes).toBeGreaterThan(3);
    expect(await job.result()).toEqual(result);
  }
}, 600_000);
