// Owns what a store must do with who holds a run: leases, taking over, ends and waits. What is recorded of a run is left to
// `store-run-claims.ts`.

import type { Store } from '../session/store.ts';
import type { Lease } from '../session/stored-run.ts';
import { expectRefused, expectSame } from './expect-same.ts';
import { LONG_CLAIM, newRun, readRun, startRun, warningEvent } from './store-run-claims.ts';
import type { StoreClaim } from './store-under-test.ts';

const HOUR_MS = 3_600_000;
/** A lease that ends at once: anybody may claim the run, but whoever held it still may write until somebody does. */
const SHORT_CLAIM = { owner: 'tests', leaseMs: 0 };
const COMPLETED = { outcome: { type: 'completed' } } as const;
const WAITING = { outcome: { type: 'waiting', approvals: [] } } as const;

export const leaseClaims: Readonly<Record<string, StoreClaim>> = {
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
};

async function recordOne(store: Store, lease: Lease | undefined): Promise<void> {
  if (lease !== undefined) await store.recordStep(lease, { key: 'late', value: 1 });
}
