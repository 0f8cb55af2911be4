// Owns answering all calls of one turn: each gets one result, in call order, on every path.
// The life of one call is left to `call-task.ts`.

import type { Branch, Settled } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';
import type { AssistantMessage, ToolCall, ToolMessage } from '../core/message.ts';
import type { Outcome, PendingApproval, PendingTurn } from '../core/run-event.ts';
import type { Toolbox } from '../tool/toolbox.ts';
import type { CallInput, CallOutcome, CallProblem } from './call-task.ts';
import { toolMessage } from './history.ts';
import type { Repetition } from './repetition.ts';
import type { RunContext } from './run-context.ts';

export interface Round {
  readonly turn: number;
  readonly message: AssistantMessage;
  readonly calls: readonly ToolCall[];
  /** Results that are there already, when a run is continued; null for those to be had. */
  readonly known: readonly (ToolMessage | null)[];
  readonly wasCut: boolean;
  readonly toolbox: Toolbox;
  readonly repetition: Repetition;
}

export interface RoundEnd {
  /** For the history; empty while calls wait. */
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly pending: PendingTurn | undefined;
  /** Why the run ends with this turn, if it does. */
  readonly outcome: Outcome | undefined;
  readonly problems: readonly CallProblemReport[];
}

/** Whether a call ran, or why not. */
export interface CallProblemReport {
  readonly callId: string;
  readonly toolName: string;
  readonly problem: CallProblem | null;
}

/** The name under which the calls are registered with the host. */
export const CALL_TASK = 'call';

export async function answerCalls(run: RunContext, round: Round): Promise<RoundEnd> {
  const { calls, known } = round;
  const repeated = run.limits.sameCall === 0 ? [] : calls.map((call) => round.repetition.count(call));
  const refusals = calls.map((_, at) => refusalFor(run, repeated[at] ?? 1));
  const open = calls.filter((_, at) => (known[at] ?? null) === null && refusals[at] === undefined);
  const overCalls = run.budget.over('toolCalls', open.length);
  const outcomes = new Map<string, CallOutcome>();
  if (overCalls === undefined) {
    run.budget.spend('toolCalls', open.length);
    for (const group of groups(open, round.toolbox)) await doGroup(run, round, group, outcomes);
  }
  const limitRefusal = overCalls === undefined ? undefined : refused('The run has reached its limit of tool calls.');
  const results = calls.map((call, at) => outcomes.get(call.id) ?? refusals[at] ?? limitRefusal ?? lost);
  return end(run, round, results, overCalls ?? repetitionOutcome(run, Math.max(0, ...repeated)));
}

function end(run: RunContext, round: Round, results: readonly CallOutcome[], limit: Outcome | undefined): RoundEnd {
  const { calls, message, known } = round;
  const answers = calls.map((call, at) => known[at] ?? answerOf(call, results[at] ?? lost));
  const problems = calls.flatMap(({ id, function: { name } }, at) => {
    const outcome = results[at];
    const isAnswered = known[at] == null && outcome?.type === 'answered';
    return isAnswered ? [{ callId: id, toolName: name, problem: outcome.problem }] : [];
  });
  const approvals = calls.flatMap((call, at) => approvalOf(call, known[at] ?? null, results[at]));
  if (approvals.length > 0 && !run.signal.aborted) {
    const outcome: Outcome = { type: 'waiting', approvals };
    return { messages: [], pending: { message, results: answers }, outcome, problems };
  }
  // A cancelled run keeps nothing waiting: the history is to be sendable.
  const whole = calls.map(
    (call, at) => answers[at] ?? toolMessage(call, { isError: true, content: 'The run was cancelled.' }),
  );
  return { messages: [message, ...whole], pending: undefined, outcome: limit, problems };
}

function answerOf(call: ToolCall, outcome: CallOutcome): ToolMessage | null {
  return outcome.type === 'answered' ? toolMessage(call, outcome.result) : null;
}

function approvalOf(call: ToolCall, known: ToolMessage | null, outcome: CallOutcome | undefined): PendingApproval[] {
  if (known !== null || outcome?.type !== 'waiting') return [];
  return [{ callId: call.id, toolName: outcome.toolName, arguments: outcome.arguments }];
}

/** Calls side by side, but each call of a sequential tool by itself, in call order. */
function groups(calls: readonly ToolCall[], toolbox: Toolbox): ToolCall[][] {
  const all: ToolCall[][] = [];
  let isOpen = false;
  for (const call of calls) {
    const isSequential = toolbox.find(call.function.name)?.isSequential ?? false;
    const last = all.at(-1);
    if (isSequential || !isOpen || last === undefined) all.push([call]);
    else last.push(call);
    isOpen = !isSequential;
  }
  return all;
}

async function doGroup(
  run: RunContext,
  { turn, calls, wasCut }: Round,
  group: readonly ToolCall[],
  outcomes: Map<string, CallOutcome>,
): Promise<void> {
  const branches = group.map((call): Branch => {
    // The last call of a cut answer is the one that the cut can have hit; those before it were complete.
    const input: CallInput = { call, wasCut: wasCut && call === calls.at(-1) };
    return { key: `t${turn}/call/${calls.indexOf(call)}`, task: CALL_TASK, input: input as unknown as JsonValue };
  });
  const settled = await run.host.all(branches, run.agent.parallelCalls);
  for (const [at, call] of group.entries()) outcomes.set(call.id, readSettled(settled[at]));
}

function readSettled(settled: Settled | undefined): CallOutcome {
  if (settled === undefined) return lost;
  // The task is ours: what it fulfils with is a CallOutcome.
  if (settled.status === 'fulfilled') return settled.value as unknown as CallOutcome;
  return refused(`This call failed: ${settled.reason}`);
}

const lost: CallOutcome = refused('This call was not run.');

function refused(content: string): CallOutcome {
  return { type: 'answered', result: { isError: true, content }, problem: null };
}

function refusalFor(run: RunContext, times: number): CallOutcome | undefined {
  const { sameCall } = run.limits;
  if (sameCall === 0 || times < sameCall) return undefined;
  return refused(
    `This call did not run: it is the same as the last ${times - 1}, and its result is above. Use that, or go another way.`,
  );
}

function repetitionOutcome(run: RunContext, times: number): Outcome | undefined {
  const { sameCall } = run.limits;
  if (sameCall === 0 || times <= sameCall) return undefined;
  const message = `The model made the same call ${times} times in a row (\`limits.sameCall\`).`;
  return { type: 'limit', limit: 'same_call', message };
}
