// Owns one run in this process: its tasks and its host put together, its time, its hooks, why it was aborted, its result.
// What a run begins with is left to `start-run.ts`, the run itself to `src/agent/loop`.

import type { JsonValue } from '../core/json.ts';
import type { Outcome, PendingApproval, RunEvent } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import { NOTHING_SPENT } from '../core/run-state.ts';
import { MAX_TIMER_MS } from '../core/timers.ts';
import { untilAborted } from '../flow/until-aborted.ts';
import { checkAgent } from './check-input.ts';
import { checkRunOptions } from './check-options.ts';
import { resolveLimits } from './limits.ts';
import { Budget, timeOutcome } from './loop/budget.ts';
import type { RunRequest } from './loop/loop-run.ts';
import { runLoop } from './loop/run-loop.ts';
import { trustState } from './parse-run-state.ts';
import { RunError } from './run-error.ts';
import type { RunJob, RunResult } from './run-options.ts';
import { startOf } from './start-run.ts';
import type { TaskSetting } from './tasks/agent-worker.ts';
import { tasksOf } from './tasks/tasks.ts';
import { failureFrom } from './turn/model-answer.ts';

/** The stream's side of a run. */
export interface RunEnds {
  readonly takeSteering: NonNullable<TaskSetting['takeSteering']>;
  readonly push: (event: RunEvent) => void;
  readonly ready: () => Promise<void> | undefined;
}

/** A run that has not begun. */
export interface PreparedRun {
  /** Called once. Rejects only when the host takes the run away. */
  readonly execute: () => Promise<RunResult>;
  /** Ends the run with the outcome `aborted`, also before it begins. */
  readonly abort: () => void;
}

/** Checks a job. Throws a DefinitionError on misuse. */
export function prepareRun(job: RunJob, ends: RunEnds): PreparedRun {
  const { agent, input, options, budget: outer } = job;
  checkAgent(agent);
  checkRunOptions(options);
  const start = startOf(agent, input, options);
  const limits = options.limits === undefined ? agent.limits : resolveLimits(options.limits, agent.limits);
  const request: RunRequest = {
    start,
    limits,
    parallelCalls: agent.parallelCalls,
    toolChoice: options.toolChoice ?? agent.toolChoice ?? null,
    hasOutput: agent.output !== undefined,
  };
  const budget = new Budget(limits, start.resumed?.spent ?? NOTHING_SPENT, outer);
  const execution = new Execution(job, ends, request, budget);
  return { execute: () => execution.execute(), abort: () => execution.abort() };
}

class Execution {
  readonly #job: RunJob;
  readonly #ends: RunEnds;
  readonly #request: RunRequest;
  readonly #budget: Budget;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isOverTime = false;
  #hookError: { readonly error: unknown } | undefined;

  constructor(job: RunJob, ends: RunEnds, request: RunRequest, budget: Budget) {
    this.#job = job;
    this.#ends = ends;
    this.#request = request;
    this.#budget = budget;
  }

  abort(): void {
    this.#controller.abort();
  }

  async execute(): Promise<RunResult> {
    const { agent, client, options, host: createHost } = this.#job;
    const { signal } = this.#controller;
    const { takeSteering, ready } = this.#ends;
    const budget = this.#budget;
    const { tasks, close } = tasksOf(agent, client, { options, signal, budget, takeSteering });
    const emit = (event: RunEvent): void => this.#emit(event);
    const { runId } = this.#request.start;
    const host = createHost({ runId, tasks, signal, emit, ready, answer: (_, request) => this.#answer(request) });
    const release = this.#watch();
    try {
      const state = await runLoop(this.#request, {
        host,
        emit,
        signal,
        budget,
        close,
        failed: (error) => ({ type: 'failed', error: failureFrom(error) }),
        judge: (outcome) => this.#judge(outcome),
      });
      return resultOf(trustState(state));
    } finally {
      release();
    }
  }

  /** Everything that ends a run from outside aborts the same signal; here it is told apart again. */
  #judge(outcome: Outcome): Outcome {
    if (this.#hookError !== undefined) {
      const { error } = this.#hookError;
      const message = `\`onEvent\` threw: ${error instanceof Error ? error.message : String(error)}`;
      return { type: 'failed', error: { code: 'hook_failed', message, retryable: false } };
    }
    return outcome.type === 'aborted' && this.#isOverTime ? timeOutcome(this.#request.limits.timeMs) : outcome;
  }

  /** Ties the run's end to the caller's signal and to the time limit; gives the way to untie it. */
  #watch(): () => void {
    const { signal } = this.#job.options;
    const abort = (): void => this.abort();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    this.#setTimer();
    return () => {
      clearTimeout(this.#timer);
      signal?.removeEventListener('abort', abort);
    };
  }

  #setTimer(): void {
    const { timeMs } = this.#request.limits;
    clearTimeout(this.#timer);
    const rest = timeMs - this.#budget.timeMs;
    if (timeMs === 0 || rest > MAX_TIMER_MS) return;
    const onTime = (): void => {
      this.#isOverTime = true;
      this.abort();
    };
    this.#timer = setTimeout(onTime, Math.max(0, rest));
  }

  /** The decision that the caller gave with the state, else what the caller's function says. */
  async #answer(request: JsonValue): Promise<boolean | undefined> {
    const { options, agent } = this.#job;
    const approval = request as unknown as PendingApproval; // the loop asks for nothing else
    const { approvals = {} } = options;
    const given = approvals[approval.id] ?? (this.#isOfFirstVersion(approval) ? approvals[approval.callId] : undefined);
    if (given !== undefined) return given;
    const approve = options.approve ?? agent.approve;
    // A person who never answers does not hold up a run that was cancelled.
    return approve && (await untilAborted(Promise.resolve(approve(approval)), this.#controller.signal));
  }

  /** States of version 1 knew calls by their own ids only. */
  #isOfFirstVersion({ id }: PendingApproval): boolean {
    const { resumed } = this.#request.start;
    // A later call may have the same id: the decision is on one of the turn that waits.
    return resumed?.pending?.calls.length === 0 && id.startsWith(`t${resumed.turns}/`);
  }

  /** A hook that throws ends the run as failed, by the way out that keeps every start paired with its end. */
  #emit(event: RunEvent): void {
    this.#ends.push(event);
    // Recorded turns have used up a part of the time.
    if (event.type === 'turn_start' && event.replayed) this.#setTimer();
    if (this.#hookError !== undefined) return;
    try {
      this.#job.agent.onEvent?.(event);
      this.#job.options.onEvent?.(event);
    } catch (error) {
      this.#hookError = { error };
      this.abort();
    }
  }
}

function resultOf(state: RunState): RunResult {
  const { messages, usage, turns, warnings, outcome, output, unfinished } = state;
  const last = messages.at(-1);
  const text = last?.role === 'assistant' && typeof last.content === 'string' ? last.content : '';
  const result: RunResult = {
    outcome: outcome ?? { type: 'aborted' }, // there always is one after `run_end`
    text: text === '' ? (unfinished?.content ?? '') : text,
    output: output ?? undefined,
    messages,
    usage,
    turns,
    state,
    warnings,
    orThrow: () => {
      if (result.outcome.type !== 'completed') throw new RunError(result);
      return result;
    },
  };
  return result;
}
