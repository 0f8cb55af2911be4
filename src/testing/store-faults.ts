// Owns what a store must survive: a process that dies between two writes, a full disk, several processes at once.
// The processes themselves are left to `serve-store.ts`.

import { isSameJson } from '../core/json.ts';
import type { Store } from '../session/store.ts';
import type { Lease } from '../session/stored-run.ts';
import { expectRefused, expectSame } from './expect-same.ts';
import type { StoreProcess } from './serve-store.ts';
import { startStoreProcess } from './serve-store.ts';
import { LONG_CLAIM, newRun, startRun } from './store-run-claims.ts';
import { userMessages } from './store-session-claims.ts';
import type { StoreUnderTest } from './store-under-test.ts';

type FaultClaim = (target: StoreUnderTest) => Promise<void>;

const IN_SESSION = { session: { sessionId: 's', length: 0 } };

/** Some of every kind of write, in an order in which they are possible. */
const WRITES: readonly ((store: Store, lease: Lease) => Promise<unknown>)[] = [
  (store) => store.createSession({ sessionId: 's', agent: 'tested', name: 'one' }),
  (store, lease) => store.recordEvent(lease, 0, { type: 'run_start', runId: 'a', agent: 'tested', messages: [] }),
  (store, lease) => store.recordStep(lease, { key: 'start', value: { at: 1 } }),
  (store, lease) => store.appendMessages('s', { at: 0, messages: userMessages('a', 'b'), lease }),
  (store) => store.post('a', { type: 'message', id: '1', message: { role: 'user', content: 'More.' } }),
  (store, lease) => store.recordStep(lease, { key: 't1/added', value: ['More.'], inbox: 1 }),
  (store, lease) => store.recordStep(lease, { key: 't1/model', value: 'x'.repeat(300_000) }),
  (store, lease) => store.appendMessages('s', { at: 1, messages: userMessages('c', 'x'.repeat(300_000)), lease }),
  (store) => store.forkSession('s', { sessionId: 'f', length: 1 }),
  (store) => store.renameSession('s', 'two'),
  (store, lease) => store.recordEvent(lease, 1, { type: 'run_end', runId: 'a', outcome: { type: 'completed' } }),
  (store, lease) => store.releaseRun(lease, { outcome: { type: 'completed' } }),
];

/** All that the writes leave, without times and numbers that are the store's own. */
async function contentOf(store: Store): Promise<unknown> {
  const runs = (await store.listRuns()).map(({ createdAt, updatedAt, leaseUntil, ...run }) => run);
  const sessions = (await store.listSessions())
    .map(({ createdAt, updatedAt, ...session }) => session)
    .toSorted((one, other) => (one.sessionId < other.sessionId ? -1 : 1));
  return {
    runs,
    steps: await store.readSteps('a'),
    events: await store.readEvents('a'),
    inbox: (await store.readInbox('a')).map(({ position, ...entry }) => entry),
    sessions,
    messages: await Promise.all(sessions.map(({ sessionId }) => store.readMessages(sessionId))),
  };
}

/** What is there after each number of writes, in a store that nothing happens to. */
async function undisturbed(target: StoreUnderTest): Promise<readonly unknown[]> {
  const store = await target.open(await target.createPlace());
  const lease = await startRun(store, 'a', LONG_CLAIM, IN_SESSION);
  const contents = [await contentOf(store)];
  for (const write of WRITES) {
    await write(store, lease);
    contents.push(await contentOf(store));
  }
  await store.close();
  return contents;
}

async function reopened(target: StoreUnderTest, place: string): Promise<unknown> {
  const store = await target.open(place);
  const content = await contentOf(store);
  await store.close();
  return content;
}

export const crashClaims: Readonly<Record<string, FaultClaim>> = {
  'a process that dies between two writes loses nothing that was acknowledged': async (target) => {
    const expected = await undisturbed(target);
    for (let count = 0; count <= WRITES.length; count++) {
      const place = await target.createPlace();
      const { store, kill } = await start(target, place);
      const lease = await startRun(store, 'a', LONG_CLAIM, IN_SESSION);
      for (const write of WRITES.slice(0, count)) await write(store, lease);
      await kill();
      expectSame(`after ${count} writes`, expected[count], await reopened(target, place));
    }
  },

  'a process that dies during writes leaves the first ones, whole': async (target) => {
    const expected = await undisturbed(target);
    for (let acknowledged = 0; acknowledged < WRITES.length; acknowledged++) {
      const place = await target.createPlace();
      const { store, kill } = await start(target, place);
      const lease = await startRun(store, 'a', LONG_CLAIM, IN_SESSION);
      const writes = WRITES.map((write) => write(store, lease));
      for (const write of writes) write.catch(() => {}); // of those that the process did not live to answer
      await Promise.all(writes.slice(0, acknowledged));
      await kill();
      const found = await reopened(target, place);
      const isKnown = expected.slice(acknowledged).some((content) => isSameJson(content, found));
      if (!isKnown) expectSame(`after ${acknowledged} acknowledged writes`, expected[acknowledged], found);
    }
  },
};

export const processClaims: Readonly<Record<string, FaultClaim>> = {
  'several processes may open a new store at once': async (target) => {
    const place = await target.createPlace();
    const processes = await Promise.all(Array.from({ length: 4 }, () => start(target, place)));
    await Promise.all(processes.map(({ store }, at) => store.createRun(newRun(`run-${at}`))));
    const [first] = processes;
    expectSame('the runs', 4, (await first?.store.listRuns())?.length);
    await closeAll(processes);
  },

  'several processes write at once, and nothing is lost': async (target) => {
    const place = await target.createPlace();
    const processes = await Promise.all(Array.from({ length: 3 }, () => start(target, place)));
    const steps = Array.from({ length: 100 }, (_, at) => ({ key: `t${at}/model`, value: at }));
    await Promise.all(
      processes.map(async ({ store }, at) => {
        const lease = await startRun(store, `run-${at}`);
        for (const step of steps) await store.recordStep(lease, step);
      }),
    );
    const [first] = processes;
    for (const at of processes.keys()) expectSame(`run ${at}`, steps, await first?.store.readSteps(`run-${at}`));
    await closeAll(processes);
  },

  'no two processes get the lease of one run': async (target) => {
    const place = await target.createPlace();
    const processes = await Promise.all(Array.from({ length: 3 }, () => start(target, place)));
    const [first] = processes;
    const ids = Array.from({ length: 60 }, (_, at) => `run-${at}`);
    for (const runId of ids) await first?.store.createRun(newRun(runId));
    // Half of them by name, all of them by agent, all at the same time.
    const claims = processes.flatMap(({ store }) => [
      ...ids.slice(30).map((runId) => store.claimRun(runId, LONG_CLAIM)),
      ...Array.from({ length: 20 }, () => store.claimRuns('tested', 5, LONG_CLAIM)),
    ]);
    const claimed = (await Promise.all(claims)).flat().flatMap((lease) => lease?.runId ?? []);
    expectSame('the runs that were claimed', ids.toSorted(), claimed.toSorted());
    await closeAll(processes);
  },

  'the runs of a process that died are taken over, and what it still writes is refused': async (target) => {
    const place = await target.createPlace();
    const [dead, stale, heir] = await Promise.all([start(target, place), start(target, place), start(target, place)]);
    const lost = await startRun(dead.store, 'dead', { owner: 'dead', leaseMs: 0 });
    await dead.store.recordStep(lost, { key: 'start', value: 1 });
    await dead.kill();
    const old = await startRun(stale.store, 'stale', { owner: 'stale', leaseMs: 0 });
    const leases = await heir.store.claimRuns('tested', 9, LONG_CLAIM);
    expectSame(
      'the runs',
      ['dead', 'stale'],
      leases.map(({ runId }) => runId),
    );
    await expectRefused('a step', 'lease_lost', stale.store.recordStep(old, { key: 'start', value: 2 }));
    for (const lease of leases) await heir.store.recordStep(lease, { key: 't1/added', value: 3 });
    const values = async (runId: string): Promise<readonly unknown[]> =>
      (await stale.store.readSteps(runId)).map(({ value }) => value);
    expectSame('the steps', [[1, 3], [3]], [await values('dead'), await values('stale')]);
    await closeAll([stale, heir]);
  },

  'what one process posts, another reads': async (target) => {
    const place = await target.createPlace();
    const [one, other] = await Promise.all([start(target, place), start(target, place)]);
    await startRun(one.store, 'a');
    const entry = { type: 'decision', id: '1', approvalId: 'x', decision: true } as const;
    await Promise.all([other.store.post('a', entry), one.store.post('a', entry)]);
    expectSame(
      'the inbox',
      [entry],
      (await one.store.readInbox('a')).map(({ position, ...rest }) => rest),
    );
    await other.store.cancelRun('a');
    expectSame('the run', true, (await one.store.readRun('a'))?.isCancelRequested);
    await closeAll([one, other]);
  },
};

export const fullDiskClaims: Readonly<Record<string, FaultClaim>> = {
  'a full disk refuses, loses nothing, and goes on when there is room': async (target) => {
    const place = await target.createPlace();
    const store = await target.open(place);
    const lease = await startRun(store, 'a');
    await store.recordStep(lease, { key: 'start', value: 1 });
    const makeRoom = target.fillDisk?.(store);
    const large = { key: 't1/model', value: 'x'.repeat(1_000_000) };
    await expectRefused('a step', 'disk_full', store.recordStep(lease, large));
    // The second one would fit: a step that is recorded means that those before it are.
    const both = [large, { key: 't1/call/0', value: 1 }].map((step) => store.recordStep(lease, step));
    for (const step of both) await expectRefused('two steps at once', 'disk_full', step);
    expectSame('the steps', [{ key: 'start', value: 1 }], await store.readSteps('a'));
    makeRoom?.();
    await store.recordStep(lease, large);
    await store.close();
    const again = await target.open(place);
    expectSame('the steps', [{ key: 'start', value: 1 }, large], await again.readSteps('a'));
    await again.close();
  },
};

async function start(target: StoreUnderTest, place: string): Promise<StoreProcess> {
  if (target.command === undefined)
    throw new Error('A durable or shared store needs the `command` of a process that serves it.');
  return await startStoreProcess(target.command(place));
}

async function closeAll(processes: readonly StoreProcess[]): Promise<void> {
  for (const { store } of processes) await store.close();
}
