// Owns running calls that are allowed to run: side by side, those of a sequential tool by themselves, each as a step. Which calls run is
// left to `calls.ts`.

import type { CallProblem, CallResult, CallValue, ReadyCall } from '../../core/call.ts';
import type { Step, StepResult } from '../../core/host.ts';
import { asJson } from '../../core/json.ts';
import type { LoopRun } from './loop-run.ts';
import type { CallInput } from './task-values.ts';
import { RESULT_TOOL } from './task-values.ts';

/** What became of a call. */
export interface Answer {
  readonly result: CallResult;
  readonly problem: CallProblem | null;
  /** Whether its tool was called. */
  readonly hasRun: boolean;
}

export const CANCELLED = 'The run was cancelled before this call ran.';

/** The answer to a call that did not run. */
export function refused(problem: CallProblem | null, content: string): Answer {
  return { result: { isError: true, content }, problem, hasRun: false };
}

/** Runs the calls, and adds their answers by key. */
export async function runCalls(
  run: LoopRun,
  turn: number,
  calls: readonly ReadyCall[],
  answers: Map<string, Answer>,
): Promise<void> {
  for (const group of groups(calls)) {
    if (run.isAborted) {
      for (const call of group) answers.set(call.key, refused('cancelled', CANCELLED));
      continue;
    }
    run.budget.spend('toolCalls', group.length);
    const settled = await run.host.all(
      group.map((call) => stepOf(run, turn, call)),
      run.request.parallelCalls,
    );
    const values = group.map((call, at) => {
      const value = callValue(settled[at]);
      answers.set(call.key, value);
      if (value.hasRun) run.use.toolCalls++;
      return value;
    });
    run.absorb(values.map(({ facts }) => facts));
  }
}

function stepOf(run: LoopRun, turn: number, call: ReadyCall): Step {
  const { messages } = run.state;
  const keptText = call.toolName === RESULT_TOOL ? keptTextOf(run, call) : null;
  const input: CallInput = { turn, call, head: run.head, messages, keptText };
  const { key, holdsRun, isIdempotent } = call;
  return { key, task: 'call', input: asJson(input), holdsRun, ...(isIdempotent !== undefined && { isIdempotent }) };
}

function keptTextOf(run: LoopRun, { arguments: args }: ReadyCall): string | null {
  return run.state.kept.find(({ callId }) => callId === args.call_id)?.text ?? null;
}

/** Calls side by side, but each call of a sequential tool by itself, in call order. */
function groups(calls: readonly ReadyCall[]): ReadyCall[][] {
  const all: ReadyCall[][] = [];
  let isOpen = false;
  for (const call of calls) {
    const last = all.at(-1);
    if (call.isSequential || !isOpen || last === undefined) all.push([call]);
    else last.push(call);
    isOpen = !call.isSequential;
  }
  return all;
}

function callValue(settled: StepResult | undefined): CallValue {
  if (settled === undefined) return LOST;
  // The task is ours: what it gives is a CallValue.
  if (settled.status === 'fulfilled') return settled.value as unknown as CallValue;
  return notRun(`This call failed: ${settled.reason}`);
}

const LOST = notRun('This call was not run.');

function notRun(content: string): CallValue {
  return { ...refused(null, content), facts: {} };
}
