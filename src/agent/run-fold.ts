// Owns folding a run's events while it runs. Which state an event leads to is `reduceRun`'s, and nothing else's.

import type { RunEvent } from '../core/run-event.ts';
import type { RunState } from './run-state.ts';
import { INITIAL_RUN_STATE, reduceRun } from './run-state.ts';

export interface RunFold {
  readonly add: (event: RunEvent) => void;
  /** The state without what the turn under way has said so far: all that the loop needs between its steps. */
  readonly settled: () => RunState;
  /** The state as `reduceRun` gives it for all events. */
  readonly state: () => RunState;
}

/** Long arguments are not to be kept as events too. */
const MAX_WAITING = 64;

interface Text {
  readonly type: 'reasoning' | 'content';
  readonly index: number;
  readonly pieces: string[];
}

/**
 * The view of a turn under way is for those who watch; nearly always the turn ends before anybody asks this fold for it. So the
 * events that only build that view wait, and are dropped with the turn.
 */
export function createRunFold(): RunFold {
  let settled = INITIAL_RUN_STATE;
  let waiting: RunEvent[] = [];
  let text: Text | undefined;

  /** Text of one kind waits as its pieces: an event kept for each token would outlive the youngest garbage, which is the cheap one. */
  function addText(type: Text['type'], delta: string, index: number): void {
    if (text?.type === type && text.index === index) {
      text.pieces.push(delta);
      return;
    }
    closeText();
    text = { type, index, pieces: [delta] };
  }

  function closeText(): void {
    if (text === undefined) return;
    const { type, index, pieces } = text;
    text = undefined;
    wait({ type, index, delta: pieces.join('') });
  }

  function wait(event: RunEvent): void {
    waiting.push(event);
    if (waiting.length >= MAX_WAITING) state();
  }

  function drop(): void {
    waiting = [];
    text = undefined;
  }

  function state(): RunState {
    closeText();
    if (waiting.length === 0) return settled;
    const { current } = waiting.reduce(reduceRun, settled);
    settled = { ...settled, current };
    waiting = [];
    return settled;
  }

  function add(event: RunEvent): void {
    if (event.parentCallId !== undefined) {
      settled = reduceRun(settled, event);
      return;
    }
    switch (event.type) {
      case 'reasoning':
      case 'content':
        addText(event.type, event.delta, event.index);
        return;
      case 'tool_call_delta':
      case 'tool_call_complete':
      case 'tool_progress':
      case 'tool_end':
        closeText();
        wait(event);
        return;
      case 'tool_start':
        closeText();
        wait(event);
        settled = { ...settled, toolCalls: settled.toolCalls + 1 };
        return;
      case 'turn_end':
        // A turn that gave nothing to the history leaves its view to be seen.
        settled = reduceRun(event.messages.length === 0 ? state() : settled, event);
        drop();
        return;
      case 'turn_start':
        settled = reduceRun(settled, event);
        drop();
        return;
      case 'usage':
      case 'run_start':
      case 'warning':
      case 'run_end':
        settled = reduceRun(settled, event);
        return;
      default:
        event satisfies never;
    }
  }

  return { add, settled: () => settled, state };
}
