// Owns what becomes of a call that is made again: its result given again, a refusal, the end of the run. Which calls are the same is left to
// `ran-calls.ts` and `repetition.ts`.

import type { CallResult, PreparedCall } from '../../core/call.ts';
import { comparableArguments } from '../../core/call.ts';
import { isSameJson } from '../../core/json.ts';
import type { ToolMessage } from '../../core/message.ts';
import type { Outcome } from '../../core/run-event.ts';
import type { LoopRun } from './loop-run.ts';
import { questionBehindResults } from './question.ts';
import type { EarlierCall, MadeCalls, NewRan } from './ran-calls.ts';
import { addRan, countAgain, findEarlier, isSameResult } from './ran-calls.ts';
import { countRepetition } from './repetition.ts';
import type { Answer } from './run-calls.ts';
import { refused } from './run-calls.ts';

export interface CallsAgain {
  /** For each call, in call order, the same one of an earlier turn. */
  readonly earlier: readonly (EarlierCall | undefined)[];
  /** The answers to those that do not run, by key. */
  readonly answers: Map<string, Answer>;
  /** Why the run ends, if the same call came too often. */
  readonly outcome: Outcome | undefined;
  /** Whether one more of the same call would end the run: only words can help. */
  readonly isLastTime: boolean;
}

/** Looks for calls that were made before, and counts them unless an earlier part of the run has. */
export function judgeAgain(run: LoopRun, made: MadeCalls, wasCounted: boolean): CallsAgain {
  const { sameCall } = run.request.limits;
  const inRow = wasCounted ? [] : countInRow(run, made.calls);
  const answers = new Map<string, Answer>();
  if (sameCall === 0) return { earlier: [], answers, outcome: undefined, isLastTime: false };
  const earlier = findEarlier(run.loop.ran, made, run.state.messages);
  if (wasCounted) return { earlier, answers, outcome: undefined, isLastTime: false };
  let most = 1;
  made.calls.forEach((call, at) => {
    const before = earlier[at];
    const times = before === undefined || before.isOld ? 1 : before.ran.times + 1;
    const row = inRow[at] ?? 1;
    most = Math.max(most, times, row);
    // A call that changes nothing does no harm when it runs again, and what it reads may have changed by itself.
    const runs = times === 1 || (call.type === 'ready' && call.isReadOnly === true && times < sameCall);
    if (before !== undefined && !runs) answers.set(call.key, giveAgain(run, call, before));
    else if (row > 1 && row >= sameCall) answers.set(call.key, refused(null, repeatedText(row)));
  });
  const isLastTime = answers.size === made.calls.length && most === sameCall;
  return { earlier, answers, outcome: repetitionOutcome(sameCall, most), isLastTime };
}

/** How many times in a row each has now been made. */
function countInRow(run: LoopRun, calls: readonly PreparedCall[]): readonly number[] {
  let { lastCall } = run.loop;
  const times = calls.map((call) => {
    lastCall = countRepetition(lastCall, call);
    return lastCall.times;
  });
  run.change({ lastCall });
  return times;
}

function giveAgain(run: LoopRun, { callId, toolName }: PreparedCall, before: EarlierCall): Answer {
  run.change({ ran: countAgain(run.loop.ran, before) });
  const message = `A call of \`${toolName}\` came again with nothing new in between. It did not run; its result was given again.`;
  run.warn({ code: 'call_repeated', message, callId, toolName });
  const question = questionBehindResults(run.state.messages);
  return { result: resultAgain(before.result, question), problem: null, hasRun: false };
}

/** How a result that is given again begins. */
export const AGAIN = 'This call ran already';

/** A longer result would fill the context with what is there already. */
const MAX_AGAIN_CHARS = 2000;

function resultAgain({ content }: ToolMessage, question: string | undefined): CallResult {
  const isShort = typeof content === 'string' && content.length <= MAX_AGAIN_CHARS;
  const result = isShort ? `Its result was:\n${content}\n` : 'Its result is above.';
  const reminder = question === undefined ? '.' : `: ${question}`;
  const told = `${AGAIN}, so it did not run again. ${result}\nAnswer now, from the results above${reminder}`;
  return { isError: false, content: told };
}

function repeatedText(times: number): string {
  return (
    `This call did not run: it is the same as the last ${times - 1}, and its result is above. ` +
    'Use that, or find another way.'
  );
}

function repetitionOutcome(sameCall: number, times: number): Outcome | undefined {
  if (times <= sameCall) return undefined;
  const message = `The model made the same call ${times} times with nothing new in between (\`limits.sameCall\`).`;
  return { type: 'limit', limit: 'same_call', message };
}

/** Notes the calls of a turn that ran, for the turns that follow. */
export function noteRan(run: LoopRun, made: MadeCalls, { earlier, answers }: CallsAgain): void {
  const added: NewRan[] = [];
  made.calls.forEach((call, at) => {
    const answer = answers.get(call.key);
    if (answer?.hasRun !== true) return;
    const { content, isError } = answer.result;
    const result: ToolMessage = { role: 'tool', tool_call_id: call.callId, content };
    added.push({ call, at, earlier: earlier[at], result, isError });
  });
  if (added.length === 0) return;
  run.change({ ran: addRan(run.loop.ran, added, run.state.messages.length) });
  for (const { call, earlier: before, result } of added) {
    if (before !== undefined && !isSameResult(before.result, result)) beginRow(run, call);
  }
}

/** A call that has another result this time has told something new. */
function beginRow(run: LoopRun, call: PreparedCall): void {
  const { lastCall } = run.loop;
  const isLast = lastCall?.toolName === call.toolName && isSameJson(lastCall.arguments, comparableArguments(call));
  if (lastCall !== null && isLast) run.change({ lastCall: { ...lastCall, times: 1 } });
}
