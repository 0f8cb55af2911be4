// Owns finding the run that a person means by its id, or by the beginning of it.

import type { Store } from '../../session/store.ts';
import { StoreError } from '../../session/store-error.ts';
import type { StoredRun } from '../../session/stored-run.ts';
import { MIN_START, SEARCHED } from '../session-choice.ts';

/** Throws a StoreError when there is none, or more than one. */
export async function knownRun(store: Store, id: string): Promise<StoredRun> {
  const exact = await store.readRun(id);
  if (exact !== undefined) return exact;
  const all = id.length < MIN_START ? [] : await store.listRuns({ limit: SEARCHED });
  const [found, other] = all.filter(({ runId }) => runId.startsWith(id));
  if (found === undefined) throw new StoreError('not_found', `The store has no run ${id}.`);
  if (other === undefined) return found;
  throw new StoreError('not_found', `Several runs begin with ${id}: ${found.runId}, ${other.runId}.`);
}
