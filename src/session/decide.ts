// Owns deciding on the calls of a run that waits: which there are, and sending the decisions to it. Taking them up is left to its host.

import type { PendingApproval } from '../core/run-event.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import type { StoredRun } from './stored-run.ts';

/** The calls that a run waits for and that nobody has decided on. A run becomes `open` with the first decision, and may wait for others. */
export async function waitingCalls(store: Store, run: StoredRun): Promise<readonly PendingApproval[]> {
  const outcome = run.status === 'open' ? await lastOutcome(store, run.runId) : run.outcome;
  if (outcome?.type !== 'waiting') return [];
  const inbox = await store.readInbox(run.runId);
  const decided = new Set(inbox.flatMap((entry) => (entry.type === 'decision' ? [entry.approvalId] : [])));
  return outcome.approvals.filter(({ id }) => !decided.has(id));
}

async function lastOutcome(store: Store, runId: string) {
  const last = (await store.readEvents(runId)).at(-1);
  return last?.type === 'run_end' ? last.outcome : undefined;
}

/** Sends decisions by the `id` of each call. Rejects with a StoreError when a call does not wait for one; then nothing is sent. */
export async function postDecisions(
  store: Store,
  run: StoredRun,
  decisions: Readonly<Record<string, boolean>>,
): Promise<void> {
  const waiting = (await waitingCalls(store, run)).map(({ id }) => id);
  for (const [id, decision] of Object.entries(decisions)) {
    if (typeof decision !== 'boolean') {
      const message = `The decision on ${id} is ${JSON.stringify(decision)}: it must be true or false.`;
      throw new StoreError('invalid', message);
    }
    if (waiting.includes(id)) continue;
    const those = waiting.length === 0 ? 'No call of it waits for one' : `These wait: ${waiting.join(', ')}`;
    throw new StoreError('invalid', `The run ${run.runId} does not wait for a decision on ${id}. ${those}.`);
  }
  for (const [approvalId, decision] of Object.entries(decisions)) {
    // The first decision on a call counts, whoever sends it.
    await store.post(run.runId, { type: 'decision', id: `decision/${approvalId}`, approvalId, decision });
  }
}
