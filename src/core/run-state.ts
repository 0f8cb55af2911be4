// Owns the state of a run as one JSON value, and folding events into it. Producing the events is left to the loop, the view of the
// turn under way to `turn-view.ts`.

import type { KeptResult, RunSpent } from './call.ts';
import type { JsonValue } from './json.ts';
import type { LoopState } from './loop-state.ts';
import type { Message } from './message.ts';
import type { Outcome, PendingTurn, RunEvent, RunStartEvent, TurnEndEvent, UnfinishedAnswer } from './run-event.ts';
import type { RunWarning } from './run-warning.ts';
import type { RunUsage } from './usage.ts';
import { addRunUsage, addUsage, NO_USAGE } from './usage.ts';

/**
 * A run as one JSON value: all that it needs to go on. It can be stored, sent elsewhere, and continued by another process with the same
 * agent. The instructions are the agent's and not in it.
 */
export interface RunState {
  readonly version: 2;
  readonly runId: string;
  readonly agent: string;
  /** The conversation: complete turns only, so it can always be sent. */
  readonly messages: readonly Message[];
  /** Turns begun. */
  readonly turns: number;
  /** Calls that ran, those of agents that ran as tools included. */
  readonly toolCalls: number;
  readonly usage: RunUsage;
  readonly warnings: readonly RunWarning[];
  /** How much of the limits is used. */
  readonly spent: RunSpent;
  /** What the next turn goes by; null before the end of the first. */
  readonly loop: LoopState | null;
  /** Long results, oldest first, for `read_result`. */
  readonly kept: readonly KeptResult[];
  /** The turn that waits for a decision on its calls, to be finished when the run is continued. */
  readonly pending: PendingTurn | null;
  /** What the last answer said when it did not enter the history. */
  readonly unfinished: UnfinishedAnswer | null;
  /** Null while the run is under way. */
  readonly outcome: Outcome | null;
  readonly output: JsonValue | null;
}

export const NOTHING_SPENT: RunSpent = { turns: 0, toolCalls: 0, tokens: 0, corrections: 0, timeMs: 0 };

/** The state before the first event. */
export const INITIAL_RUN_STATE: RunState = {
  version: 2,
  runId: '',
  agent: '',
  messages: [],
  turns: 0,
  toolCalls: 0,
  usage: NO_USAGE,
  warnings: [],
  spent: NOTHING_SPENT,
  loop: null,
  kept: [],
  pending: null,
  unfinished: null,
  outcome: null,
  output: null,
};

/** Characters of long results that one run keeps; the oldest go first. */
export const MAX_KEPT_CHARS = 16 * 1024 * 1024;

/** Folds an event into the state. Pure. What agents that run as tools tell is for watchers: the end of the turn counts it. */
export function reduceRun(state: RunState, event: RunEvent): RunState {
  if (event.parentCallId !== undefined) return state;
  switch (event.type) {
    case 'run_start':
      return startRun(event);
    case 'turn_start':
      return {
        ...state,
        turns: event.turn,
        messages: event.added.length === 0 ? state.messages : [...state.messages, ...event.added],
        unfinished: null,
      };
    case 'turn_end':
      return endTurn(state, event);
    case 'result_kept':
      return { ...state, kept: keep(state.kept, event.kept) };
    case 'warning':
      return { ...state, warnings: [...state.warnings, event.warning] };
    case 'run_end':
      return { ...state, outcome: event.outcome, output: event.output ?? null };
    case 'reasoning':
    case 'content':
    case 'tool_call_delta':
    case 'tool_call_complete':
    case 'usage':
    case 'tool_start':
    case 'tool_progress':
    case 'tool_end':
      return state;
    default:
      return event satisfies never;
  }
}

function startRun({ runId, agent, messages, kept = [], resumed }: RunStartEvent): RunState {
  return { ...INITIAL_RUN_STATE, ...resumed, runId, agent, messages, kept };
}

/** Field by field and not by a spread: it is the one fold that every turn pays for. */
function endTurn(state: RunState, event: TurnEndEvent): RunState {
  const own = event.usage === null ? state.usage : addUsage(state.usage, event.usage);
  return {
    version: state.version,
    runId: state.runId,
    agent: state.agent,
    messages: event.messages.length === 0 ? state.messages : [...state.messages, ...event.messages],
    turns: state.turns,
    toolCalls: state.toolCalls + event.toolCalls,
    usage: event.innerUsage === undefined ? own : addRunUsage(own, event.innerUsage),
    warnings: state.warnings,
    spent: event.spent,
    loop: event.loop,
    kept: state.kept,
    pending: event.pending ?? null,
    unfinished: event.unfinished ?? null,
    outcome: state.outcome,
    output: state.output,
  };
}

/** A later result of a call with the same id takes the place of the earlier one. */
function keep(kept: readonly KeptResult[], result: KeptResult): readonly KeptResult[] {
  const all = [...kept.filter(({ callId }) => callId !== result.callId), result];
  let chars = all.reduce((sum, { text }) => sum + text.length, 0);
  while (chars > MAX_KEPT_CHARS) chars -= all.shift()?.text.length ?? chars;
  return all;
}
