// Owns the state of a run as one JSON value, and folding events into it. Emitting the events is left to the loop, the view of the
// current turn to `turn-view.ts`.

import type { KeptResult, RunSpent } from './call.ts';
import type { JsonValue } from './json.ts';
import type { LoopState } from './loop-state.ts';
import type { Message } from './message.ts';
import type { Outcome, PendingTurn, RunEvent, RunStartEvent, TurnEndEvent, UnfinishedAnswer } from './run-event.ts';
import type { RunWarning } from './run-warning.ts';
import type { RunUsage } from './usage.ts';
import { addRunUsage, addUsage, NO_USAGE } from './usage.ts';

/**
 * A run as one JSON value that contains everything needed to continue it. It can be stored, sent elsewhere, and continued by another
 * process that has the same agent. The instructions belong to the agent and are not included.
 */
export interface RunState {
  readonly version: 2;
  readonly runId: string;
  /** The id of the conversation, the same in all runs that go on with it. Absent when it is the run's own. */
  readonly sessionId?: string;
  readonly agent: string;
  /** The conversation. It consists of complete turns, so it can always be sent. */
  readonly messages: readonly Message[];
  /** How many turns have begun. */
  readonly turns: number;
  /** How many calls ran, including those of agents that ran as tools. */
  readonly toolCalls: number;
  readonly usage: RunUsage;
  readonly warnings: readonly RunWarning[];
  /** How much of each limit is used. */
  readonly spent: RunSpent;
  /** The loop's state for the next turn; null until the first turn has ended. */
  readonly loop: LoopState | null;
  /** Whether the server has parsed a call of this conversation: then text is never read as a call. */
  readonly serverParses: boolean;
  /** Long results, oldest first, for `read_result`. */
  readonly kept: readonly KeptResult[];
  /** The turn that waits for decisions on its calls. It is finished when the run is continued. */
  readonly pending: PendingTurn | null;
  /** The text of the last answer, if it did not enter the history. */
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
  serverParses: false,
  kept: [],
  pending: null,
  unfinished: null,
  outcome: null,
  output: null,
};

/** How many characters of long results a run keeps. The oldest results are dropped first. */
export const MAX_KEPT_CHARS = 16 * 1024 * 1024;

/** Folds an event into the state. Pure. Ignores events of agents that run as tools: the end of the turn includes their counts. */
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

function startRun(event: RunStartEvent): RunState {
  const { runId, sessionId, agent, messages, kept = [], serverParses = false, resumed } = event;
  const state = { ...INITIAL_RUN_STATE, ...resumed, runId, agent, messages, kept, serverParses };
  return sessionId === undefined ? state : { ...state, sessionId };
}

/** Written field by field instead of with a spread, because every turn pays for this fold. */
function endTurn(state: RunState, event: TurnEndEvent): RunState {
  const own = event.usage === null ? state.usage : addUsage(state.usage, event.usage);
  const { sessionId } = state;
  const ended: RunState = {
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
    serverParses: state.serverParses || event.serverParsed === true,
    kept: state.kept,
    pending: event.pending ?? null,
    unfinished: event.unfinished ?? null,
    outcome: state.outcome,
    output: state.output,
  };
  return sessionId === undefined ? ended : { ...ended, sessionId };
}

/** A later result of a call with the same id replaces the earlier one. */
function keep(kept: readonly KeptResult[], result: KeptResult): readonly KeptResult[] {
  const all = [...kept.filter(({ callId }) => callId !== result.callId), result];
  let chars = all.reduce((sum, { text }) => sum + text.length, 0);
  while (chars > MAX_KEPT_CHARS) chars -= all.shift()?.text.length ?? chars;
  return all;
}
