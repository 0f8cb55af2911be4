// Owns what a cut answer leads to: the same turn with twice the room, as long as there is more, and what of the answer was complete. Fitting
// a request into the model's context is left to `../turn/window.ts`.

import type { PreparedCall } from '../../core/call.ts';
import type { AssistantMessage } from '../../core/message.ts';
import type { Outcome } from '../../core/run-event.ts';
import type { LoopRun } from './loop-run.ts';
import type { ModelValue } from './task-values.ts';

const ROOM_FACTOR = 2;

/** Gives the next requests twice the room that this answer had. It stays for the run: whoever needs it once needs it again. */
export function growRoom(run: LoopRun, { room }: ModelValue): void {
  if (room !== undefined && room > 0) run.change({ room: room * ROOM_FACTOR });
}

/** Spends a correction on an answer that was cut, and gives the next one more room; the outcome where there is no more. */
export function askForMore(run: LoopRun, answer: ModelValue): Outcome | undefined {
  const { room: asked, retry } = run.loop;
  const { room = 0 } = answer;
  // Asked for twice as much, it had no more than before: the context is used up, or a hook sets the limit.
  const hasNoMore = asked !== null && room * ROOM_FACTOR <= asked;
  if (hasNoMore || (room === 0 && retry?.of === 'cut')) {
    const message =
      'The model was cut in the middle of a call, and there was no room for a longer answer: ' +
      'shorten the conversation, or serve the model with a longer context.';
    return { type: 'limit', limit: 'context', message };
  }
  const over = run.budget.over('corrections', 1);
  if (over !== undefined) return over;
  run.budget.spend('corrections', 1);
  growRoom(run, answer);
  return undefined;
}

/** The calls of a cut answer without its last one, where that is what the cut has hit; undefined for every other answer. */
export interface CutCalls {
  readonly cut: PreparedCall;
  /** The message with the calls that were complete. */
  readonly message: AssistantMessage;
  readonly whole: readonly PreparedCall[];
}

export function cutCallsOf({ wasCut, message, calls }: ModelValue): CutCalls | undefined {
  const cut = calls.at(-1);
  if (!wasCut || cut?.type !== 'refused' || cut.problem !== 'cut') return undefined;
  const { tool_calls: sent = [], ...rest } = message;
  const kept = Object.freeze(sent.slice(0, -1));
  return { cut, message: Object.freeze({ ...rest, tool_calls: kept }), whole: calls.slice(0, -1) };
}
