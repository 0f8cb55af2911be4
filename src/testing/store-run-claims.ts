// Owns what a store must do with runs: one id is one run, leases, steps, events, the inbox. Faults are left to `store-faults.ts`.

import type { RunEvent } from '../core/run-event.ts';
import type { Store } from '../session/store.ts';
import type { Lease, NewRun, StoredRun } from '../session/stored-run.ts';
import { expectRefused, expectSame } from './expect-same.ts';
import type { StoreClaim } from './store-under-test.ts';

const HOUR_MS = 3_600_000;

export const LONG_CLAIM = { owner: 'tests', leaseMs: HOUR_MS };

/** A lease that ends at once: anybody may claim the run, but whoever held it still may write until somebody does. */
const SHORT_CLAIM = { owner: 'tests', leaseMs: 0 };

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

async function readRun(store: Store, runId: string): Promise<StoredRun> {
  const run = await store.readRun(runId);
  if (run === undefined) throw new Error(`The run ${runId} is not there.`);
  return run;
}

const COMPLETED = { outcome: { type: 'completed' } } as const;
const WAITING = { outcome: { type: 'waiting', approvals: [] } } as const;

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

  'a lease is taken before its end from the owner that is named, and from no other': async (store) => {
    const first = await startRun(store, 'a');
    const claim = { owner: 'second', leaseMs: HOUR_MS };
    expectSame('from another', undefined, await store.claimRun('a', { ...claim, takeFrom: 'third' }));
    const second = await store.claimRun('a', { ...claim, takeFrom: 'tests' });
    expectSame('the owner', 'second', (await readRun(store, 'a')).owner);
    await expectRefused('the first', 'lease_lost', store.recordStep(first, { key: 't1/model', value: 1 }));
    if (second === undefined) throw new Error('The lease was not taken.');
    await store.recordStep(second, { key: 't1/model', value: 2 });
  },

  'a lease is held by one': async (store) => {
    const lease = await startRun(store, 'a');
    expectSame('the owner', 'tests', (await readRun(store, 'a')).owner);
    expectSame('a second claim', undefined, await store.claimRun('a', { owner: 'second', leaseMs: HOUR_MS }));
    await store.releaseRun(lease);
    const next = await store.claimRun('a', { owner: 'second', leaseMs: HOUR_MS });
    expectSame('the next owner', 'second', next?.owner);
    if (!(next !== undefined && next.fence > lease.fence)) throw new Error('The fence does not grow.');
    await expectRefused('a run that is not there', 'not_found', store.claimRun('z', LONG_CLAIM));
  },

  'a lease that has ended can be taken over': async (store) => {
    const old = await startRun(store, 'a', SHORT_CLAIM);
    await store.recordStep(old, { key: 'start', value: 1 });
    const lease = await store.claimRun('a', LONG_CLAIM);
    expectSame('the claim', true, lease !== undefined);
    expectSame('the old lease', [{ lease: null, isCancelRequested: false }], await store.renewLeases([old], HOUR_MS));
  },

  'who has lost the lease writes nothing': async (store) => {
    const old = await startRun(store, 'a', SHORT_CLAIM);
    await store.createSession({ sessionId: 's', agent: 'tested' });
    const lease = await store.claimRun('a', LONG_CLAIM);
    await expectRefused('a step', 'lease_lost', store.recordStep(old, { key: 'start', value: 1 }));
    await expectRefused('an event', 'lease_lost', store.recordEvent(old, 0, warningEvent('old')));
    await expectRefused('an end', 'lease_lost', store.releaseRun(old, COMPLETED));
    const appended = { at: 0, messages: [{ role: 'user', content: 'Hi.' }] as const, lease: old };
    await expectRefused('a message', 'lease_lost', store.appendMessages('s', appended));
    expectSame('the steps', [], await store.readSteps('a'));
    expectSame('the events', [], await store.readEvents('a'));
    expectSame('the messages', [], await store.readMessages('s'));
    const { status, owner } = await readRun(store, 'a');
    expectSame('the run', { status: 'open', owner: 'tests' }, { status, owner });
    if (lease !== undefined) await store.releaseRun(lease, COMPLETED);
    await expectRefused('a step under a lease that was given back', 'lease_lost', recordOne(store, lease));
  },

  'leases are renewed together': async (store) => {
    const [one, two] = [await startRun(store, 'a', SHORT_CLAIM), await startRun(store, 'b', SHORT_CLAIM)];
    await store.claimRun('b', LONG_CLAIM);
    const [first, second] = await store.renewLeases([one, two], HOUR_MS);
    expectSame('the fence', one.fence, first?.lease?.fence);
    expectSame('the lost one', null, second?.lease);
    expectSame('a claim of the renewed one', undefined, await store.claimRun('a', LONG_CLAIM));
  },

  'free runs of an agent are claimed, oldest first, each once': async (store) => {
    for (const runId of ['a', 'b', 'c', 'd']) await store.createRun(newRun(runId));
    await store.createRun(newRun('other', { agent: 'other' }));
    await store.releaseRun(await startRun(store, 'done'), COMPLETED);
    await startRun(store, 'held');
    const claim = async (limit: number): Promise<readonly string[]> =>
      (await store.claimRuns('tested', limit, LONG_CLAIM)).map(({ runId }) => runId);
    expectSame('the first', ['a', 'b', 'c'], await claim(3));
    expectSame('the rest', ['d'], await claim(3));
    expectSame('no more', [], await claim(3));
  },

  'a run ends with its outcome, and is open again when it is claimed, unless it is completed': async (store) => {
    const outcome = { type: 'failed', error: { code: 'x', message: 'No.', retryable: false } } as const;
    await store.releaseRun(await startRun(store, 'a'), { outcome });
    const failed = await readRun(store, 'a');
    expectSame('failed', ['failed', outcome, null], [failed.status, failed.outcome, failed.owner]);
    const lease = await store.claimRun('a', LONG_CLAIM);
    const open = await readRun(store, 'a');
    expectSame('claimed', ['open', null], [open.status, open.outcome]);
    if (lease !== undefined) await store.releaseRun(lease, COMPLETED);
    await store.claimRun('a', LONG_CLAIM);
    expectSame('completed', 'completed', (await readRun(store, 'a')).status);
  },

  'a run that waits is open when something arrives for it': async (store) => {
    await store.releaseRun(await startRun(store, 'a'), WAITING);
    expectSame('waiting', 'waiting', (await readRun(store, 'a')).status);
    expectSame('no claim of one that waits', [], await store.claimRuns('tested', 9, LONG_CLAIM));
    await store.post('a', { type: 'decision', id: '1', approvalId: 'x', decision: true });
    const [lease] = await store.claimRuns('tested', 9, LONG_CLAIM);
    expectSame('claimed', 'a', lease?.runId);
    // Something arrives after the run has looked, and before it says that it waits.
    const position = (await store.readInbox('a')).at(-1)?.position ?? 0;
    await store.post('a', { type: 'decision', id: '2', approvalId: 'y', decision: true });
    if (lease !== undefined) await store.releaseRun(lease, { ...WAITING, inbox: position });
    expectSame('still open', 'open', (await readRun(store, 'a')).status);
  },

  'a run is cancelled: at once if nobody holds it, else by its holder': async (store) => {
    await store.createRun(newRun('free'));
    await store.cancelRun('free');
    const { status, outcome } = await readRun(store, 'free');
    expectSame('free', ['aborted', { type: 'aborted' }], [status, outcome]);
    const lease = await startRun(store, 'held');
    await store.cancelRun('held');
    const [renewed] = await store.renewLeases([lease], HOUR_MS);
    expectSame('held', true, renewed?.isCancelRequested);
    await store.releaseRun(lease, { outcome: { type: 'aborted' } });
    const ended = await readRun(store, 'held');
    expectSame('ended', ['aborted', false], [ended.status, ended.isCancelRequested]);
    await store.releaseRun(await startRun(store, 'done'), COMPLETED);
    await store.cancelRun('done');
    expectSame('done', 'completed', (await readRun(store, 'done')).status);
    await expectRefused('a run that is not there', 'not_found', store.cancelRun('z'));
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

function warningEvent(message: string): RunEvent {
  return { type: 'warning', warning: { code: 'tested', message } };
}

async function recordOne(store: Store, lease: Lease | undefined): Promise<void> {
  if (lease !== undefined) await store.recordStep(lease, { key: 'late', value: 1 });
}
