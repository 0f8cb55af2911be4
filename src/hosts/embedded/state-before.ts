// Owns what a run of a session begins with: the conversation, and what the runs before it have left beside it. The log itself is left to
// the store.

import type { RunState } from '../../core/run-state.ts';
import { INITIAL_RUN_STATE, reduceRun } from '../../core/run-state.ts';
import type { Store } from '../../session/store.ts';
import type { StoredRun } from '../../session/stored-run.ts';

/** Undefined for a run without a session. The same at every attempt: what is before a run does not change any more. */
export async function stateBefore(store: Store, { agent, runId, session }: StoredRun): Promise<RunState | undefined> {
  if (session === undefined) return undefined;
  const log = (await store.readMessages(session.sessionId)).slice(0, session.length);
  const messages = log.map(({ message }) => message);
  const before = log.at(-1)?.runId ?? null;
  const { kept, serverParses } = before === null ? INITIAL_RUN_STATE : await stateOf(store, before);
  return { ...INITIAL_RUN_STATE, runId, agent, messages, kept, serverParses, outcome: { type: 'completed' } };
}

/** Results that are kept for the model are among the events of the run before. */
async function stateOf(store: Store, runId: string): Promise<RunState> {
  return (await store.readEvents(runId)).reduce(reduceRun, INITIAL_RUN_STATE);
}
