// Owns answering all calls of one turn, one result each, in call order, on every path: which of them run, allowed where a person must allow
// them. Running them is left to `run-calls.ts`, calls that are made again to `call-again.ts`.

import type { CallProblem, CallResult, PreparedCall, ReadyCall } from '../../core/call.ts';
import { asJson } from '../../core/json.ts';
import type { AssistantMessage, ToolMessage } from '../../core/message.ts';
import type { Outcome, PendingApproval, PendingTurn } from '../../core/run-event.ts';
import { judgeAgain, noteRan } from './call-again.ts';
import type { LoopRun } from './loop-run.ts';
import type { Answer } from './run-calls.ts';
import { CANCELLED, refused, runCalls } from './run-calls.ts';

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
  /** Whether the next answer must be words: every call came again, and once more would end the run. */
  readonly needsWords: boolean;
}

/** Whether a call ran, or why not. */
export interface CallReport {
  readonly callId: string;
  readonly toolName: string;
  readonly problem: CallProblem | null;
}

export async function answerCalls(run: LoopRun, batch: CallBatch): Promise<BatchEnd> {
  const { calls, results, wasCounted } = batch;
  const again = judgeAgain(run, batch, wasCounted);
  const { answers } = again;
  const isOpen = (call: PreparedCall, at: number): boolean => !isKnown(results[at]) && !answers.has(call.key);
  calls.forEach((call, at) => {
    if (isOpen(call, at) && call.type === 'refused') answers.set(call.key, refused(call.problem, call.message));
  });
  const open = calls.filter((call, at): call is ReadyCall => call.type === 'ready' && isOpen(call, at));
  const overCalls = run.budget.over('toolCalls', open.length);
  if (overCalls === undefined) await answerOpen(run, batch, open, answers);
  else for (const call of open) answers.set(call.key, refused(null, 'The run has reached its limit of tool calls.'));
  noteRan(run, batch, again);
  const end = endOf(run, batch, answers, overCalls ?? again.outcome);
  return { ...end, needsWords: again.isLastTime };
}

function isKnown(result: ToolMessage | null | undefined): result is ToolMessage {
  return result !== null && result !== undefined;
}

/** Calls that need no approval first, so that a person who takes long holds up nothing else. */
async function answerOpen(
  run: LoopRun,
  { turn }: CallBatch,
  open: readonly ReadyCall[],
  answers: Map<string, Answer>,
): Promise<void> {
  await runCalls(
    run,
    turn,
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
  await runCalls(run, turn, allowed, answers);
}

const NOT_ALLOWED = 'A person did not allow this call. Do not repeat it; find another way, or ask.';

function approvalOf({ callId, toolName, arguments: args, isRescued }: ReadyCall, id: string): PendingApproval {
  return { id, callId, toolName, arguments: args, ...(isRescued && { isRescued }) };
}

function endOf(
  run: LoopRun,
  { calls, message, results: known }: CallBatch,
  answers: ReadonlyMap<string, Answer>,
  limit: Outcome | undefined,
): Omit<BatchEnd, 'needsWords'> {
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
