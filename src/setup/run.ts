// Owns the ways to run an agent: `stream`, and `run`, which is `stream` drained, with what a run takes when it is given nothing: the client
// that the environment names, and this process as its host. A run that a store records is left to `stored-run.ts`.

import type { Agent } from '../agent/agent.ts';
import { RunStream } from '../agent/run.ts';
import type { RunInput, RunResult } from '../agent/run-options.ts';
import { VllmClient } from '../client/client.ts';
import { createInProcessHost } from '../hosts/in-process-host.ts';
import type { StoredRunOptions } from './stored-run.ts';
import { checkStoredOptions, inputOf, openNewRun, prepareStoredRun } from './stored-run.ts';

/** Runs an agent on an input. What the world does wrong is the outcome; misuse throws, and a store that fails. */
export async function run(agent: Agent, input: RunInput, options: StoredRunOptions = {}): Promise<RunResult> {
  return await stream(agent, input, options).result;
}

/** Runs an agent and gives its events as they happen. Nothing is sent before an event or the result is asked for. */
export function stream(agent: Agent, input: RunInput, options: StoredRunOptions = {}): RunStream {
  const { own, store } = checkStoredOptions(options);
  const { client = defaultClient(), host = createInProcessHost } = own;
  if (store === undefined) return new RunStream({ agent, input, options: own, client, host, budget: undefined });
  const { runId, messages: _, ...ofAttempt } = own;
  const { session, settings } = options;
  const opening = { agent, input: inputOf(agent, input, own), runId, session, settings };
  const job = { agent, client, options: ofAttempt, open: () => openNewRun(store, opening) };
  return new RunStream((ends) => prepareStoredRun(job, ends));
}

let shared: VllmClient | undefined;

/** One client for all runs that name none, so that they share its connections. */
export function defaultClient(): VllmClient {
  const fresh = new VllmClient();
  if (shared?.baseUrl !== fresh.baseUrl || shared.apiKey !== fresh.apiKey) shared = fresh;
  return shared;
}
