// Owns a run that a store records: opening it there, running it, closing it. Recording its steps is left to the embedded host.

import { randomUUID } from 'node:crypto';
import type { Agent } from '../agent/agent.ts';
import { checkAgent } from '../agent/check-input.ts';
import { checkRunOptions } from '../agent/check-options.ts';
import type { PreparedRun, RunEnds } from '../agent/execute.ts';
import { prepareRun } from '../agent/execute.ts';
import type { RunInput, RunOptions } from '../agent/run-options.ts';
import { startOf } from '../agent/start-run.ts';
import type { VllmClient } from '../client/client.ts';
import { DefinitionError } from '../core/definition-error.ts';
import type { JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { EmbeddedHost, OpenRun } from '../hosts/embedded-host.ts';
import { createEmbeddedHost } from '../hosts/embedded-host.ts';
import { createInProcessHost } from '../hosts/in-process-host.ts';
import { checkIsFree, findSession } from '../session/find-session.ts';
import type { Store } from '../session/store.ts';
import { StoreError } from '../session/store-error.ts';
import type { SessionPosition, StoredRun } from '../session/stored-run.ts';
import { isDead, ownName } from './process-name.ts';

export interface StoredRunOptions extends RunOptions {
  /**
   * Where the run is recorded. A `runId` that the store has is the same run: it goes on, with the input that it began with, or returns its
   * result.
   */
  readonly store?: Store;
  /** The id or the name of the session whose conversation the run continues; begun under this name if there is none. Needs `store`. */
  readonly session?: string;
  /** What the program wants to know when it starts the run again. Needs `store`, which keeps it with the run. */
  readonly settings?: JsonValue;
}

/** Options beside those of every run. */
const STORE_NAMES = ['store', 'session', 'settings'] as const satisfies readonly (keyof StoredRunOptions)[];

/** The host of each store in this process: its leases are renewed together. */
const hosts = new WeakMap<Store, EmbeddedHost>();

/** The host that runs on this store have in this process. */
export function hostOf(store: Store): EmbeddedHost {
  const known = hosts.get(store);
  if (known !== undefined) return known;
  const host = createEmbeddedHost(store, { owner: ownName(), isDead });
  hosts.set(store, host);
  return host;
}

/** Splits the options of a run. Throws a DefinitionError when a store does not go together with the others. */
export function checkStoredOptions(options: StoredRunOptions): {
  readonly own: RunOptions;
  readonly store: Store | undefined;
} {
  checkRunOptions(options, STORE_NAMES);
  const { store, session, settings, ...own } = options;
  const wrong = whatIsWrong(options);
  if (wrong !== undefined) throw new DefinitionError(`The options of the run: ${wrong}.`);
  return { own, store };
}

function whatIsWrong(options: StoredRunOptions): string | undefined {
  const { store, session, settings, state, messages, approvals, host, runId } = options;
  if (store === undefined) {
    if (session !== undefined) return '`session` needs the `store` that it is in';
    return settings === undefined ? undefined : '`settings` need the `store` that keeps them';
  }
  if (!isObject(store) || typeof store.createRun !== 'function')
    return '`store` must be a store, such as that of `await openStore()`';
  if (session !== undefined && typeof session !== 'string') return '`session` must be a text';
  if (host !== undefined) return 'a run with a `store` has the host of the store: leave out `host`';
  if (state !== undefined) {
    const remedy = runId === undefined ? 'name its `runId`, or a `session`' : 'leave out `state`';
    return `a run with a \`store\` goes on from the store: ${remedy}`;
  }
  if (session !== undefined && messages !== undefined) return 'a `session` has its messages: leave out `messages`';
  if (approvals !== undefined) return 'give the `approvals` of a stored run to `resumeRun`';
  return undefined;
}

export interface StoredJob {
  readonly agent: Agent;
  readonly client: VllmClient;
  readonly options: RunOptions;
  readonly open: () => Promise<OpenRun>;
}

/** For a stream: opens the run when it is executed, and closes it when it has ended. Throws a DefinitionError before anything is stored. */
export function prepareStoredRun({ agent, client, options, open }: StoredJob, ends: RunEnds): PreparedRun {
  prepareRun({ agent, client, options, input: '', host: createInProcessHost, budget: undefined }, ends);
  const stop = new AbortController();
  return {
    abort: () => stop.abort(),
    execute: async () => {
      const opened = await open();
      try {
        const host = opened.options.host;
        const job = { agent, client, host, input: opened.run.input, budget: undefined };
        return await prepareRun({ ...job, options: joined(options, opened.options, stop.signal) }, ends).execute();
      } finally {
        await opened.close();
      }
    },
  };
}

function joined(own: RunOptions, { host: _, ...ofRun }: OpenRun['options'], stop: AbortSignal): RunOptions {
  const { signal, onEvent, ...rest } = own;
  return {
    ...rest,
    ...ofRun,
    signal: AbortSignal.any([stop, ofRun.signal, ...(signal === undefined ? [] : [signal])]),
    onEvent: (event) => {
      // First: what the caller's function throws ends the run, and the record must have the event.
      ofRun.onEvent(event);
      onEvent?.(event);
    },
  };
}

/** What a new run begins with. Throws a DefinitionError for an input that is none. */
export function inputOf(agent: Agent, input: RunInput, { messages, runId }: RunOptions): readonly Message[] {
  checkAgent(agent);
  const start = startOf(agent, input, { ...(messages !== undefined && { messages }), ...(runId && { runId }) });
  return start.messages;
}

export interface RunOpening {
  readonly agent: Agent;
  readonly input: readonly Message[];
  readonly runId: string | undefined;
  readonly session: string | undefined;
  readonly settings: JsonValue | undefined;
}

/** Creates a run, or opens the one that has the id. Rejects with a StoreError. */
export async function openNewRun(store: Store, opening: RunOpening): Promise<OpenRun> {
  const { agent, input, runId = randomUUID(), session, settings } = opening;
  const known = await store.readRun(runId);
  if (known !== undefined) return await openKnownRun(store, agent, known);
  const position = session === undefined ? undefined : await positionOf(store, agent.name, session);
  const of = { runId, agent: agent.name, input };
  return await hostOf(store).openRun({ ...of, session: position, ...(settings !== undefined && { settings }) });
}

export async function openKnownRun(store: Store, agent: Agent, run: StoredRun): Promise<OpenRun> {
  if (run.agent === agent.name) return await hostOf(store).openRun(run);
  throw new StoreError('invalid', `The run ${run.runId} is of the agent ${run.agent}, not of ${agent.name}.`);
}

async function positionOf(store: Store, agent: string, idOrName: string): Promise<SessionPosition> {
  const session = (await findSession(store, agent, idOrName)) ?? (await begin(store, agent, idOrName));
  await checkIsFree(store, session);
  const { sessionId, length } = session;
  return { sessionId, length };
}

async function begin(store: Store, agent: string, name: string) {
  try {
    return await store.createSession({ sessionId: randomUUID(), agent, name });
  } catch (error) {
    // Another process has begun it at the same moment.
    const begun = await findSession(store, agent, name);
    if (begun === undefined) throw error;
    return begun;
  }
}
