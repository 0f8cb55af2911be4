// Owns playing a scenario: a run against a scripted server on a given host, and again from each prefix of what was recorded.
// The scenarios are left to `host-scenarios.ts` and to the tests.

import type { Agent } from '../agent/agent.ts';
import { RunStream } from '../agent/run.ts';
import type { RunInput, RunOptions, RunResult } from '../agent/run-options.ts';
import { VllmClient } from '../client/client.ts';
import type { CreateHost } from '../core/host.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import type { FakeVllmOptions } from './fake-vllm.ts';
import { startFakeVllm } from './fake-vllm.ts';
import type { RecordedRequest, Step, StepFunction } from './steps.ts';

export interface Scenario {
  /** Made anew for each attempt, as a new process would. */
  readonly agent: () => Agent;
  readonly input: RunInput;
  /** What the server answers, in order. */
  readonly steps: readonly (Step | StepFunction)[];
  readonly options?: () => RunOptions;
  readonly server?: FakeVllmOptions;
  /** Of the client. Default 0. */
  readonly retries?: number;
  /** What somebody sends to the run when an event happens. */
  readonly send?: (event: RunEvent) => string | undefined;
}

export interface Attempt {
  readonly host: CreateHost;
  /** So many steps of the script were used by what is recorded. */
  readonly skip?: number;
  /** Messages that were sent before this attempt and not taken up yet. */
  readonly sent?: readonly string[];
  readonly onRequest?: () => void;
  readonly onSend?: (message: string) => void;
  readonly options?: RunOptions;
}

export interface Played {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly requests: readonly RecordedRequest[];
}

/** The id of every played run, so that attempts can be compared. */
const RUN_ID = 'played-run';

/** Plays a scenario once. Rejects when the script and the requests do not match. */
export async function playScenario(scenario: Scenario, attempt: Attempt): Promise<Played> {
  const { host, skip = 0, sent = [], onRequest, onSend } = attempt;
  await using vllm = await startFakeVllm(scenario.server);
  await using client = new VllmClient(vllm.baseUrl, { maxRetries: scenario.retries ?? 0, retryBaseMs: 1 });
  vllm.script(...scenario.steps.slice(skip).map((step) => counted(step, onRequest)));
  const given: RunOptions = { ...scenario.options?.(), ...attempt.options };
  // A run that goes on keeps its id.
  const options: RunOptions = { runId: given.state?.runId ?? RUN_ID, ...given };
  const stream = new RunStream({
    agent: scenario.agent(),
    input: scenario.input,
    options,
    client,
    host,
    budget: undefined,
  });
  for (const message of sent) stream.send(message);
  const events: RunEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    const message = event.replayed ? undefined : scenario.send?.(event);
    if (message === undefined) continue;
    stream.send(message);
    onSend?.(message);
  }
  return { result: await stream.result, events, requests: vllm.requests };
}

function counted(step: Step | StepFunction, onRequest: (() => void) | undefined): StepFunction {
  return (request) => {
    onRequest?.();
    return typeof step === 'function' ? step(request) : step;
  };
}

/** A state in a form that is equal for equal runs: ids that were made up by chance are numbered, times are left out. */
export function comparableState(state: RunState): unknown {
  const ids = state.messages.concat(state.pending?.message ?? []).flatMap((message) => {
    return message.role === 'assistant' ? (message.tool_calls ?? []).map(({ id }) => id) : [];
  });
  let text = JSON.stringify({ ...state, spent: { ...state.spent, timeMs: 0 } });
  const minted = [...new Set(ids)].filter(({ length }) => length >= MINTED_CHARS);
  for (const [at, id] of minted.entries()) text = text.replaceAll(id, `call-${at}`);
  // Each attempt has a fake of its own, on a port of its own.
  text = text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1');
  return JSON.parse(text, (name, value: unknown) => (name === 'requestId' ? undefined : value));
}

/** The shortest ids that are made up; a script's own may be a single letter. */
const MINTED_CHARS = 9;
