// Owns the order of a run: turn after turn until the model is done or something ends it.
// What an answer leads to is left to `answers.ts`, starting and ending a run to `run-loop.ts`.

import type { JsonValue } from '../../core/json.ts';
import { NOTHING_RAN } from '../../core/loop-state.ts';
import type { PendingTurn } from '../../core/run-event.ts';
import type { Ending, TurnResult } from './answers.ts';
import { answerBatch, isBrokenStream, judgeAnswer } from './answers.ts';
import type { LoopRun } from './loop-run.ts';
import type { AddedValue, ModelInput, ModelValue } from './task-values.ts';

/** Takes turns until one ends the run. Throws what a host, a hook or a task throws. */
export async function takeTurns(run: LoopRun): Promise<Ending> {
  const isReplayed = run.isReplaying;
  const start = await run.step('start', 'start', null);
  run.head = start;
  run.since = isReplayed ? null : start.at;
  run.absorb([start.facts]);
  const { loop: begun } = run.state;
  if (begun === null && run.request.hasOutput && !start.hasTools) run.change({ phase: 'output' });
  const { pending } = run.state;
  if (pending !== null) {
    const ending = await finishTurn(run, pending);
    if (ending !== undefined) return ending;
  }
  let added: AddedValue | undefined;
  for (;;) {
    const over = overLimit(run);
    if (over !== undefined) return over;
    const ending = await takeTurn(run, added ?? (await readAdded(run)));
    if (ending === undefined) {
      added = undefined;
      continue;
    }
    // A message that was sent while the model wrote its answer is a reason to go on.
    const isDone = ending.outcome.type !== 'completed' || run.loop.phase === 'output';
    if (isDone || overLimit(run) !== undefined) return ending;
    added = await readAdded(run);
    if (added.messages.length === 0) return ending;
  }
}

/** Why there is no further turn, if there is none. */
function overLimit(run: LoopRun): Ending | undefined {
  if (run.isAborted) return { outcome: { type: 'aborted' } };
  const { budget } = run;
  const outcome = budget.overTime() ?? budget.over('turns', 1) ?? budget.over('tokens', 1);
  return outcome === undefined ? undefined : { outcome };
}

/** Reads what was sent to the run before its next turn. */
async function readAdded(run: LoopRun): Promise<AddedValue> {
  const { timeMs } = run.budget;
  const { since, isReplaying: isReplayed } = run;
  const added = await run.step(`t${run.state.turns + 1}/added`, 'added', { timeMs, since });
  run.budget.setTime(added.timeMs);
  // The time between two attempts is not the run's.
  run.since = isReplayed ? null : added.at;
  return added;
}

async function takeTurn(run: LoopRun, { messages }: AddedValue): Promise<Ending | undefined> {
  const turn = run.state.turns + 1;
  const added = [...run.loop.added, ...messages];
  if (run.loop.added.length > 0) run.change({ added: [] });
  // Asked anew, the same call may be meant anew.
  if (added.some(({ role }) => role === 'user')) run.change({ ran: NOTHING_RAN, lastCall: null });
  run.budget.spend('turns', 1);
  run.emit({ type: 'turn_start', turn, added });
  return await closeTurn(run, turn, async (close) => {
    const answer = await askModel(run, turn);
    close.answer = answer;
    run.absorb([answer.facts]);
    if (run.loop.toolMode !== answer.toolMode) run.change({ toolMode: answer.toolMode });
    if (answer.usage !== null) run.budget.spend('tokens', answer.usage.total_tokens);
    close.result = await judgeAnswer(run, turn, answer);
  });
}

async function askModel(run: LoopRun, turn: number): Promise<ModelValue> {
  const { messages, kept, serverParses } = run.state;
  const { phase, toolChoice, request, room, context, toolMode } = run.loop;
  const input: ModelInput = {
    turn,
    head: run.head,
    messages,
    phase,
    toolChoice,
    request,
    room,
    context,
    toolMode,
    serverParses,
    hasKept: kept.length > 0,
  };
  return await run.step(`t${turn}/model`, 'model', input, { again: isWorldAway });
}

/** The server could not be reached, or would not answer now: nothing was generated, and asking later may work. */
function isWorldAway(value: JsonValue): boolean {
  // The task is ours: what it gives is a ModelValue.
  const { failure } = value as unknown as ModelValue;
  return failure?.retryable === true && !isBrokenStream(failure);
}

/** What a turn has come to when it ends. */
interface TurnClose {
  answer: ModelValue | undefined;
  result: TurnResult;
}

/** Gives the turn its one end, also when the work throws; but not when the host takes the run away. */
async function closeTurn(
  run: LoopRun,
  turn: number,
  work: (close: TurnClose) => Promise<void>,
): Promise<Ending | undefined> {
  const close: TurnClose = { answer: undefined, result: { messages: [] } };
  try {
    await work(close);
  } catch (error) {
    if (!run.host.isLeaving?.(error)) emitEnd(run, turn, close);
    throw error;
  }
  emitEnd(run, turn, close);
  return close.result.ending;
}

function emitEnd(run: LoopRun, turn: number, { answer, result }: TurnClose): void {
  const { messages, pending, unfinished } = result;
  const { toolCalls, innerUsage } = run.takeUse();
  run.emit({
    type: 'turn_end',
    turn,
    messages,
    finishReason: answer?.finishReason ?? null,
    usage: answer?.usage ?? null,
    timings: answer?.timings ?? null,
    toolCalls,
    ...(innerUsage !== undefined && { innerUsage }),
    ...(answer?.isParsed && !run.state.serverParses && { serverParsed: true }),
    spent: run.budget.spent,
    loop: run.loop,
    ...(unfinished !== undefined && { unfinished }),
    ...(pending !== undefined && { pending }),
  });
}

/** Finishes the turn that waited for decisions, with the calls that were prepared then. */
async function finishTurn(run: LoopRun, pending: PendingTurn): Promise<Ending | undefined> {
  const { turns: turn } = run.state;
  run.emit({ type: 'turn_start', turn, added: [] });
  return await closeTurn(run, turn, async (close) => {
    const { message, results } = pending;
    const calls = await preparedCalls(run, turn, pending);
    const wasCounted = pending.calls.length > 0;
    close.result = await answerBatch(run, { turn, message, calls, results, wasCounted });
  });
}

/** States of version 1 hold the calls only as the model made them. */
async function preparedCalls(
  run: LoopRun,
  turn: number,
  { message, calls }: PendingTurn,
): Promise<PendingTurn['calls']> {
  if (calls.length > 0) return calls;
  const { messages, kept } = run.state;
  const input = { turn, head: run.head, messages, message, hasKept: kept.length > 0 };
  const prepared = await run.step(`t${turn}/prepared`, 'prepare', input);
  run.absorb([prepared.facts]);
  return prepared.calls;
}
