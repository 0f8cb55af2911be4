// Owns answering all calls of one turn: allowed where a person must allow them, run side by side, one result each, in call order, on
// every path. The life of one call is left to `src/tool` and the tasks.

import type { CallProblem, CallResult, CallValue, PreparedCall, ReadyCall } from '../../core/call.ts';
import type { Step, StepResult } from '../../core/host.ts';
import { asJson } from '../../core/json.ts';
import type { AssistantMessage, ToolMessage } from '../../core/message.ts';
import type { Outcome, PendingApproval, PendingTurn } from '../../core/run-event.ts';
import type { LoopRun } from './loop-run.ts';
import { countRepetition } from './repetition.ts';
import type { CallInput } from './task-values.ts';
import { RESULT_TOOL } from './task-values.ts';

export interface CallBatch {
  readonly turn: number;
  readonly message: AssistantMessage;
  readonly calls: readonly PreparedCall[];
  /** Results of an earlier part of the run, in call order; null for those that are still missing. */
  readonly results: readonly (ToolMessage | null)[];
  /** Whether an earlier part of the run has counted these calls among the repeated ones. */
  readonly wasCounted: boolean;
}

export interface BatchEnd {
  /** For the history; empty while calls wait. */
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly pending: PendingTurn | undefined;
  /** Why the run ends with this turn, if it does. */
  readonly outcome: Outcome | undefined;
  readonly problems: readonly CallReport[];
}

/** Whether a call ran, or why not. */
export interface CallReport {
  readonly callId: string;
  readonly toolName: string;
  readonly problem: CallProblem | null;
}

/** What became of a call in this part of the run. */
type Answer = { readonly result: CallResult; readonly problem: CallProblem | null };

export async function answerCalls(run: LoopRun, batch: CallBatch): Promise<BatchEnd> {
  const { calls, results, wasCounted } = batch;
  const { sameCall } = run.request.limits;
  const repeated = wasCounted ? [] : countCalls(run, calls);
  const answers = new Map<string, Answer>();
  calls.forEach((call, at) => {
    const times = repeated[at] ?? 1;
    if (isKnown(results[at])) return;
    if (sameCall > 0 && times >= sameCall) answers.set(call.key, refused(null, repeatedText(times)));
    else if (call.type === 'refused') answers.set(call.key, refused(call.problem, call.message));
  });
  const open = calls.filter(
    (call, at): call is ReadyCall => call.type === 'ready' && !isKnown(results[at]) && !answers.has(call.key),
  );
  const overCalls = run.budget.over('toolCalls', open.length);
  if (overCalls === undefined) await answerOpen(run, batch, open, answers);
  else for (const call of open) answers.set(call.key, refused(null, 'The run has reached its limit of tool calls.'));
  return endOf(run, batch, answers, overCalls ?? repetitionOutcome(run, Math.max(0, ...repeated)));
}

/** How many times in a row each has now been made. */
function countCalls(run: LoopRun, calls: readonly PreparedCall[]): readonly number[] {
  let { lastCall } = run.loop;
  const times = calls.map((call) => {
    lastCall = countRepetition(lastCall, call);
    return lastCall.times;
  });
  run.change({ lastCall });
  return times;
}

function isKnown(result: ToolMessage | null | undefined): result is ToolMessage {
  return result !== null && result !== undefined;
}

/** Calls that need no approval first, so that a person who takes long holds up nothing else. */
async function answerOpen(
  run: LoopRun,
  batch: CallBatch,
  open: readonly ReadyCall[],
  answers: Map<string, Answer>,
): Promise<void> {
  await runCalls(
    run,
    batch,
    open.filter(({ approvalId }) => approvalId === null),
    answers,
  );
  const allowed: ReadyCall[] = [];
  for (const call of open) {
    if (call.approvalId === null) continue;
    if (run.isAborted) break;
    const decision = await run.host.signal(`${call.key}/decided`, asJson(approvalOf(call, call.approvalId)));
    if (decision === true) allowed.push(call);
    else if (decision === false) answers.set(call.key, refused('not_allowed', NOT_ALLOWED));
  }
  await runCalls(run, batch, allowed, answers);
}

const NOT_ALLOWED = 'A person did not allow this call. Do not repeat it; find another way, or ask.';

function approvalOf({ callId, toolName, arguments: args, isRescued }: ReadyCall, id: string): PendingApproval {
  return { id, callId, toolName, arguments: args, ...(isRescued && { isRescued }) };
}

async function runCalls(
  run: LoopRun,
  { turn }: CallBatch,
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
  return { key: call.key, task: 'call', input: asJson(input), holdsRun: call.holdsRun };
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
  return { ...refused(null, content), hasRun: false, facts: {} };
}

const CANCELLED = 'The run was cancelled before this call ran.';

function refused(problem: CallProblem | null, content: string): Answer {
  return { result: { isError: true, content }, problem };
}

function endOf(
  run: LoopRun,
  { calls, message, results: known }: CallBatch,
  answers: ReadonlyMap<string, Answer>,
  limit: Outcome | undefined,
): BatchEnd {
  const results: (ToolMessage | null)[] = [];
  const problems: CallReport[] = [];
  const approvals: PendingApproval[] = [];
  calls.forEach((call, at) => {
    const answer = answers.get(call.key);
    const result = known[at] ?? (answer === undefined ? null : toolMessage(call, answer.result));
    results.push(result);
    if (answer !== undefined) problems.push({ callId: call.callId, toolName: call.toolName, problem: answer.problem });
    const isWaiting = result === null && call.type === 'ready' && call.approvalId !== null;
    if (isWaiting) approvals.push(approvalOf(call, call.approvalId));
  });
  if (approvals.length > 0 && !run.isAborted) {
    const outcome: Outcome = { type: 'waiting', approvals };
    return { messages: [], pending: { message, calls, results }, outcome, problems };
  }
  // A cancelled run keeps nothing waiting: the history must be sendable.
  const whole = calls.map((call, at) => results[at] ?? toolMessage(call, { isError: true, content: CANCELLED }));
  return { messages: [message, ...whole], pending: undefined, outcome: limit, problems };
}

/** Frozen, as whatever enters the history. */
function toolMessage({ callId }: PreparedCall, { content }: CallResult): ToolMessage {
  return Object.freeze({ role: 'tool', tool_call_id: callId, content });
}

function repeatedText(times: number): string {
  return (
    `This call did not run: it is the same as the last ${times - 1}, and its result is above. ` +
    'Use that, or find another way.'
  );
}

function repetitionOutcome(run: LoopRun, times: number): Outcome | undefined {
  const { sameCall } = run.request.limits;
  if (sameCall === 0 || times <= sameCall) return undefined;
  const message = `The model made the same call ${times} times in a row (\`limits.sameCall\`).`;
  return { type: 'limit', limit: 'same_call', message };
}
