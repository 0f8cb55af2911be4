// Owns what a store must do with runs: one id is one run, steps, events, the inbox. Leases are left to
// `store-lease-claims.ts`, faults to `store-faults.ts`.

import type { RunEvent } from '../core/run-event.ts';
import type { Store } from '../session/store.ts';
import type { Lease, NewRun, StoredRun } from '../session/stored-run.ts';
import { expectRefused, expectSame } from './expect-same.ts';
import type { StoreClaim } from './store-under-test.ts';

const HOUR_MS = 3_600_000;

export const LONG_CLAIM = { owner: 'tests', leaseMs: HOUR_MS };

export function newRun(runId: string, more: Partial<NewRun> = {}): NewRun {
  return { runId, agent: 'tested', input: [{ role: 'user', content: `Do ${runId}.` }], ...more };
}

/** Creates a run and takes its lease. */
export async function startRun(
  store: Store,
  runId: string,
  claim = LONG_CLAIM,
  more: Partial<NewRun> = {},
): Promise<Lease> {
  await store.createRun(newRun(runId, more));
  const lease = await store.claimRun(runId, claim);
  if (lease === undefined) throw new Error(`The run ${runId} is new, and cannot be claimed.`);
  return lease;
}

export async function readRun(store: Store, runId: string): Promise<StoredRun> {
  const run = await store.readRun(runId);
  if (run === undefined) throw new Error(`The run ${runId} is not there.`);
  return run;
}

const COMPLETED = { outcome: { type: 'completed' } } as const;

const NOT_ASCII = 'Grüße, 世界 🎉 \u0000 \u2028 \ud800';

export const runClaims: Readonly<Record<string, StoreClaim>> = {
  'a run that is created again is the same run': async (store) => {
    const settings = { params: { seed: 1 }, text: NOT_ASCII };
    const first = await store.createRun(newRun('a', { settings }));
    const { createdAt, updatedAt, leaseUntil, ...rest } = first.run;
    const expected = {
      ...newRun('a', { settings }),
      status: 'open',
      outcome: null,
      owner: null,
      isCancelRequested: false,
    };
    expectSame('the new run', { run: expected, isNew: true }, { run: rest, isNew: first.isNew });
    const again = await store.createRun(newRun('a', { agent: 'other', input: [] }));
    expectSame('the same run', { run: first.run, isNew: false }, again);
    expectSame('the run read', first.run, await store.readRun('a'));
    expectSame('a run that is not there', undefined, await store.readRun('b'));
  },

  'runs are listed newest first, by agent, status and session, page by page': async (store) => {
    for (const runId of ['a', 'b', 'c']) await store.createRun(newRun(runId));
    await store.createSession({ sessionId: 's', agent: 'other' });
    await store.createRun(newRun('d', { agent: 'other', session: { sessionId: 's', length: 0 } }));
    await store.releaseRun(await startRun(store, 'e'), COMPLETED);
    const ids = async (filter?: Parameters<Store['listRuns']>[0]): Promise<readonly string[]> =>
      (await store.listRuns(filter)).map(({ runId }) => runId);
    expectSame('all', ['e', 'd', 'c', 'b', 'a'], await ids());
    expectSame('of an agent', ['e', 'c', 'b', 'a'], await ids({ agent: 'tested' }));
    expectSame('by status', ['e'], await ids({ status: 'completed' }));
    expectSame('of a session', ['d'], await ids({ sessionId: 's' }));
    expectSame('the first page', ['e', 'd'], await ids({ limit: 2 }));
    expectSame('the next page', ['c', 'b'], await ids({ limit: 2, before: 'd' }));
    expectSame('the session of a run', { sessionId: 's', length: 0 }, (await readRun(store, 'd')).session);
  },

  'steps come back to the letter, in order': async (store) => {
    const lease = await startRun(store, 'a');
    const values = [
      null,
      true,
      -1.5e-9,
      '',
      NOT_ASCII,
      [],
      { a: [{ b: null }] },
      'x'.repeat(300_000),
      ['ü'.repeat(300_000)],
    ];
    for (const [at, value] of values.entries()) await store.recordStep(lease, { key: `t${10 - at}/model`, value });
    await store.recordStep(lease, { key: 't1/added', value: [], inbox: 7 });
    const expected = values.map((value, at) => ({ key: `t${10 - at}/model`, value }));
    expectSame('the steps', [...expected, { key: 't1/added', value: [], inbox: 7 }], await store.readSteps('a'));
    await expectRefused('a run that is not there', 'not_found', store.readSteps('z'));
  },

  'a step is recorded once': async (store) => {
    const lease = await startRun(store, 'a');
    await store.recordStep(lease, { key: 'start', value: 1 });
    await expectRefused('again', 'already_recorded', store.recordStep(lease, { key: 'start', value: 2 }));
    const large = { key: 'start', value: 'x'.repeat(300_000) };
    await expectRefused('a large one', 'already_recorded', store.recordStep(lease, large));
    expectSame('the steps', [{ key: 'start', value: 1 }], await store.readSteps('a'));
  },

  'many steps of many runs at once are all recorded': async (store) => {
    const leases = await Promise.all(Array.from({ length: 20 }, (_, at) => startRun(store, `run-${at}`)));
    const steps = Array.from({ length: 20 }, (_, at) => ({ key: `t${at}/model`, value: at }));
    await Promise.all(leases.flatMap((lease) => steps.map((step) => store.recordStep(lease, step))));
    for (const { runId } of leases) expectSame(runId, steps, await store.readSteps(runId));
  },

  'one that is refused does not fail the others of its moment': async (store) => {
    const lease = await startRun(store, 'a');
    await store.recordStep(lease, { key: 'start', value: 1 });
    const results = await Promise.allSettled([
      store.recordStep(lease, { key: 't1/added', value: 2 }),
      store.recordStep(lease, { key: 'start', value: 3 }),
      store.recordStep(lease, { key: 't1/model', value: 4 }),
    ]);
    expectSame(
      'the results',
      ['fulfilled', 'rejected', 'fulfilled'],
      results.map(({ status }) => status),
    );
    expectSame(
      'the values',
      [1, 2, 4],
      (await store.readSteps('a')).map(({ value }) => value),
    );
  },

  'an event takes the place of itself and of all later ones': async (store) => {
    const lease = await startRun(store, 'a');
    const events = ['a', 'b', 'c', 'd'].map(warningEvent);
    for (const [number, event] of events.entries()) await store.recordEvent(lease, number, event);
    expectSame('the events', events, await store.readEvents('a'));
    expectSame('from a number on', events.slice(2), await store.readEvents('a', 2));
    await store.recordEvent(lease, 1, warningEvent('new'));
    expectSame('the events', [events[0], warningEvent('new')], await store.readEvents('a'));
    await expectRefused('a gap', 'invalid', store.recordEvent(lease, 5, warningEvent('z')));
  },

  'an inbox takes entries from anybody, each once, in order': async (store) => {
    await store.createRun(newRun('a'));
    const message = { type: 'message', id: '1', message: { role: 'user', content: NOT_ASCII } } as const;
    const decision = { type: 'decision', id: '2', approvalId: 't1/call/0#ab', decision: false } as const;
    for (const entry of [message, decision, message, { ...decision, decision: true }]) await store.post('a', entry);
    const entries = await store.readInbox('a');
    expectSame(
      'the entries',
      [message, decision],
      entries.map(({ position, ...entry }) => entry),
    );
    expectSame('the later ones', entries.slice(1), await store.readInbox('a', entries[0]?.position));
    await expectRefused('a run that is not there', 'not_found', store.post('z', message));
    await store.releaseRun(await startRun(store, 'done'), COMPLETED);
    await expectRefused('a run that is completed', 'run_ended', store.post('done', message));
  },

  'ids that cannot be kept are refused': async (store) => {
    for (const runId of ['', '\u0000', 'a\nb', '\ud800', 'x'.repeat(513)]) {
      await expectRefused(JSON.stringify(runId), 'invalid', store.createRun(newRun(runId)));
    }
    const lease = await startRun(store, 'Grüße 🎉');
    await expectRefused('an empty key', 'invalid', store.recordStep(lease, { key: '', value: 1 }));
    await expectRefused(
      'a lease that is no number',
      'invalid',
      store.claimRun('a', { owner: 'x', leaseMs: Number.NaN }),
    );
    await expectRefused('a limit below 0', 'invalid', store.listRuns({ limit: -1 }));
    expectSame(
      'the runs',
      ['Grüße 🎉'],
      (await store.listRuns()).map(({ runId }) => runId),
    );
  },

  'a closed store refuses, and can be closed again': async (store) => {
    const lease = await startRun(store, 'a');
    const last = store.recordStep(lease, { key: 'start', value: 1 });
    await store.close();
    await last;
    await store.close();
    await expectRefused('a read', 'store_closed', store.readRun('a'));
    await expectRefused('a write', 'store_closed', store.createRun(newRun('b')));
  },
};

export function warningEvent(message: string): RunEvent {
  return { type: 'warning', warning: { code: 'tested', message } };
}
