// Owns the state that a session has at a place of its log: the conversation, and what the runs before have left beside it. The log itself is
// left to the store.

import type { RunState } from '../core/run-state.ts';
import { INITIAL_RUN_STATE, reduceRun } from '../core/run-state.ts';
import type { Store } from './store.ts';
import type { SessionPosition } from './stored-run.ts';

export interface StateOwner {
  readonly agent: string;
  /** Of the run that goes on with the state. */
  readonly runId: string;
}

/** Of the first messages of a session; the same at every later moment, for what is before a message does not change any more. */
export async function stateAt(
  store: Store,
  { sessionId, length }: SessionPosition,
  owner: StateOwner,
): Promise<RunState> {
  const log = (await store.readMessages(sessionId)).slice(0, length);
  const messages = log.map(({ message }) => message);
  const before = log.at(-1)?.runId ?? null;
  const { kept, serverParses } = before === null ? INITIAL_RUN_STATE : await storedState(store, before);
  return { ...INITIAL_RUN_STATE, ...owner, messages, kept, serverParses, outcome: { type: 'completed' } };
}

/** The state of a run as its events tell it. One of a session lacks the conversation before it. */
export async function storedState(store: Store, runId: string): Promise<RunState> {
  return (await store.readEvents(runId)).reduce(reduceRun, INITIAL_RUN_STATE);
}
