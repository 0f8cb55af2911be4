// Owns finding the session that a person or a program means, and whether it can be continued. The records are left to the store.

import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import type { StoredSession } from './stored-session.ts';

/** By its id, or by its name among the sessions of the agent. */
export async function findSession(store: Store, agent: string, idOrName: string): Promise<StoredSession | undefined> {
  const byId = await store.readSession(idOrName);
  if (byId?.agent === agent) return byId;
  return (await store.listSessions({ agent, name: idOrName, limit: 1 }))[0];
}

/** Two runs that continue one conversation at the same time would part it. Throws a StoreError when the last one has not ended. */
export async function checkIsFree(store: Store, { sessionId }: StoredSession): Promise<void> {
  const [last] = await store.listRuns({ sessionId, limit: 1 });
  if (last === undefined || (last.status !== 'open' && last.status !== 'waiting')) return;
  const what = last.status === 'waiting' ? 'waits for a decision' : 'has not ended';
  const message = `The run ${last.runId} of the session ${sessionId} ${what}: resume it or cancel it before another one.`;
  throw new StoreError('session_conflict', message);
}
