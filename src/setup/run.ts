// Owns the two ways to run an agent: `stream`, and `run`, which is `stream` drained, with what a run takes when it is given nothing:
// the client that the environment names, and this process as its host.

import type { Agent } from '../agent/agent.ts';
import { checkRunOptions } from '../agent/check-options.ts';
import { RunStream } from '../agent/run.ts';
import type { RunInput, RunOptions, RunResult } from '../agent/run-options.ts';
import { VllmClient } from '../client/client.ts';
import { createInProcessHost } from '../hosts/in-process-host.ts';

/** Runs an agent on an input. What the world does wrong is the outcome; only misuse throws. */
export async function run(agent: Agent, input: RunInput, options: RunOptions = {}): Promise<RunResult> {
  return await stream(agent, input, options).result;
}

/** Runs an agent and gives its events as they happen. Nothing is sent before an event or the result is asked for. */
export function stream(agent: Agent, input: RunInput, options: RunOptions = {}): RunStream {
  checkRunOptions(options);
  const { client = defaultClient(), host = createInProcessHost } = options;
  return new RunStream({ agent, input, options, client, host, budget: undefined });
}

let shared: VllmClient | undefined;

/** One client for all runs that name none, so that they share its connections. */
function defaultClient(): VllmClient {
  const fresh = new VllmClient();
  if (shared?.baseUrl !== fresh.baseUrl || shared.apiKey !== fresh.apiKey) shared = fresh;
  return shared;
}
