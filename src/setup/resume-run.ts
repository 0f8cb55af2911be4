// Owns going on with runs that a store has: one by its id, with the decisions that it waits for, or all of an agent that nobody runs.
// Executing them is left to `stored-run.ts`.

import type { Agent } from '../agent/agent.ts';
import { checkAgent } from '../agent/check-input.ts';
import { RunStream } from '../agent/run.ts';
import type { RunOptions, RunResult } from '../agent/run-options.ts';
import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import type { OpenRun } from '../hosts/embedded-host.ts';
import { postDecisions } from '../session/decide.ts';
import type { Store } from '../session/store.ts';
import { StoreError } from '../session/store-error.ts';
import { defaultClient } from './run.ts';
import { checkStoredOptions, hostOf, openKnownRun, prepareStoredRun } from './stored-run.ts';

export interface ResumeOptions extends Omit<RunOptions, 'state' | 'messages' | 'host' | 'runId'> {
  readonly store: Store;
  readonly runId: string;
}

/**
 * Goes on with a run where it was interrupted, where it waits, or where it ended without being done; `approvals` decide on the calls that it
 * waits for. A completed run returns its result and does nothing. Rejects with a StoreError: `not_found`, `run_busy` while another process
 * holds it, or why it cannot be recorded.
 */
export async function resumeRun(agent: Agent, options: ResumeOptions): Promise<RunResult> {
  return await resumeStream(agent, options).result;
}

/** As `resumeRun`, with its events. Those of what is recorded are marked `replayed`. */
export function resumeStream(agent: Agent, options: ResumeOptions): RunStream {
  const { runId, approvals, own, store } = checked(agent, options);
  if (typeof runId !== 'string') throw new DefinitionError('`resumeRun` needs the `runId` of the run.');
  const open = async (): Promise<OpenRun> => {
    const found = await store.readRun(runId);
    if (found === undefined) throw new StoreError('not_found', `The store has no run ${runId}.`);
    if (approvals !== undefined) await postDecisions(store, found, approvals);
    return await openKnownRun(store, agent, found);
  };
  return streamOf(agent, own, open);
}

export interface ResumeAllOptions extends Omit<ResumeOptions, 'runId' | 'approvals'> {
  /** How many at most, oldest first. Default 10. */
  readonly limit?: number;
}

/**
 * Takes over the runs of an agent that no process holds: those whose process died, and those that waited and have got an answer. Resolves
 * when all have ended, with their results; one that another process takes away meanwhile is left out. Rejects when the store fails.
 */
export async function resumeRuns(agent: Agent, options: ResumeAllOptions): Promise<readonly RunResult[]> {
  const { limit, ...rest } = options;
  const { own, store } = checked(agent, rest);
  const opened = await hostOf(store).takeOver(agent.name, limit);
  const ended = await Promise.allSettled(opened.map((one) => streamOf(agent, own, async () => one).result));
  return ended.flatMap((end) => {
    if (end.status === 'fulfilled') return [end.value];
    if (end.reason instanceof StoreError && end.reason.code === 'lease_lost') return [];
    throw end.reason;
  });
}

/**
 * Lets the runs go that this process runs on the store, as before its end: what is under way is aborted and not recorded, their promises
 * reject with `run_released`, and any process may go on with them. The store stays open.
 */
export async function releaseRuns(store: Store): Promise<void> {
  await hostOf(store).close();
}

interface Checked {
  readonly own: RunOptions;
  readonly store: Store;
  readonly runId: unknown;
  readonly approvals: RunOptions['approvals'];
}

function checked(agent: Agent, options: Omit<ResumeOptions, 'runId'> & { readonly runId?: unknown }): Checked {
  checkAgent(agent);
  if (!isObject(options)) throw new DefinitionError('`resumeRun` takes options: { store, runId }.');
  const { approvals, runId, ...rest } = options;
  const { own, store } = checkStoredOptions(rest);
  if (store === undefined) throw new DefinitionError('`resumeRun` needs the `store` that has the run.');
  return { own, store, runId, approvals };
}

function streamOf(agent: Agent, options: RunOptions, open: () => Promise<OpenRun>): RunStream {
  const { client = defaultClient() } = options;
  return new RunStream((ends) => prepareStoredRun({ agent, client, options, open }, ends));
}
