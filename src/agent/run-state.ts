// Owns the state of a run as one JSON value, and folding events into it. Producing the events is left to the loop.

import type { JsonValue } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Outcome, PendingTurn, RunEvent, RunWarning, ToolEndEvent, ToolStartEvent } from '../core/run-event.ts';
import type { RunUsage, Usage } from '../core/usage.ts';

/** One call of the turn under way. */
export interface CallView {
  readonly callId: string;
  readonly toolName: string;
  /** The JSON text of the arguments as far as it has come. */
  readonly argumentsText: string;
  readonly status: 'composing' | 'called' | 'running' | 'done' | 'failed';
  readonly progress?: JsonValue;
  readonly result?: string;
  readonly durationMs?: number;
}

/** The turn under way: what a terminal shows. */
export interface TurnView {
  readonly turn: number;
  readonly reasoning: string;
  readonly content: string;
  readonly calls: readonly CallView[];
}

/**
 * A run as one JSON value: it can be stored, sent elsewhere, and continued by another process of the same code.
 * The instructions are the agent's and not in it.
 */
export interface RunState {
  readonly version: 1;
  readonly runId: string;
  readonly agent: string;
  /** The conversation: complete turns only, so it can always be sent. */
  readonly messages: readonly Message[];
  /** Turns begun. */
  readonly turns: number;
  readonly toolCalls: number;
  readonly usage: RunUsage;
  readonly warnings: readonly RunWarning[];
  /** The turn that waits for a decision on its calls, to be finished when the run is continued. */
  readonly pending: PendingTurn | null;
  /** Null between turns. What a broken turn had said stays here. */
  readonly current: TurnView | null;
  readonly outcome: Outcome | null;
  readonly output: JsonValue | null;
}

export const NO_USAGE: RunUsage = {
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  cachedTokens: null,
  reasoningTokens: null,
};

/** The state before the first event. */
export const INITIAL_RUN_STATE: RunState = {
  version: 1,
  runId: '',
  agent: '',
  messages: [],
  turns: 0,
  toolCalls: 0,
  usage: NO_USAGE,
  warnings: [],
  pending: null,
  current: null,
  outcome: null,
  output: null,
};

/** Folds an event into the state. Pure. Events of agents that run as tools only count their tokens. */
export function reduceRun(state: RunState, event: RunEvent): RunState {
  if (event.parentCallId !== undefined) return reduceNested(state, event);
  switch (event.type) {
    case 'run_start':
      return {
        ...INITIAL_RUN_STATE,
        ...event.resumed,
        runId: event.runId,
        agent: event.agent,
        messages: event.messages,
      };
    case 'turn_start':
      return {
        ...state,
        turns: event.turn,
        messages: event.added.length === 0 ? state.messages : [...state.messages, ...event.added],
        current: { turn: event.turn, reasoning: '', content: '', calls: [] },
      };
    case 'reasoning':
      return inTurn(state, (turn) => ({ ...turn, reasoning: turn.reasoning + event.delta }));
    case 'content':
      return inTurn(state, (turn) => ({ ...turn, content: turn.content + event.delta }));
    case 'tool_call_delta':
      return inTurn(state, (turn) => composeCall(turn, event.toolCallId, event.name ?? '', event.delta));
    case 'tool_call_complete': {
      const { id, function: called } = event.toolCall;
      return inCall(state, id, called.name, { argumentsText: called.arguments, status: 'called' });
    }
    case 'tool_start':
      return startCall(state, event);
    case 'tool_progress':
      return inCall(state, event.callId, event.toolName, { progress: event.progress });
    case 'tool_end':
      return endCall(state, event);
    case 'usage':
      return state;
    case 'turn_end': {
      const usage = event.usage === null ? state.usage : addUsage(state.usage, event.usage);
      // A turn that gave nothing to the history leaves what it said to be seen.
      if (event.messages.length === 0) return { ...state, usage, pending: event.pending ?? null };
      return { ...state, usage, messages: [...state.messages, ...event.messages], pending: null, current: null };
    }
    case 'warning':
      return { ...state, warnings: [...state.warnings, event.warning] };
    case 'run_end':
      return { ...state, outcome: event.outcome, output: event.output ?? null };
    default:
      return event satisfies never;
  }
}

function reduceNested(state: RunState, event: RunEvent): RunState {
  if (event.type === 'turn_end' && event.usage !== null) return { ...state, usage: addUsage(state.usage, event.usage) };
  if (event.type === 'tool_start') return { ...state, toolCalls: state.toolCalls + 1 };
  return state;
}

function startCall(state: RunState, event: ToolStartEvent): RunState {
  return inCall({ ...state, toolCalls: state.toolCalls + 1 }, event.callId, event.toolName, { status: 'running' });
}

function endCall(state: RunState, { callId, toolName, isError, result, durationMs }: ToolEndEvent): RunState {
  return inCall(state, callId, toolName, { status: isError ? 'failed' : 'done', result, durationMs });
}

function inTurn(state: RunState, change: (turn: TurnView) => TurnView): RunState {
  return state.current === null ? state : { ...state, current: change(state.current) };
}

function composeCall(turn: TurnView, callId: string, toolName: string, delta: string): TurnView {
  const known = turn.calls.find((call) => call.callId === callId);
  const argumentsText = (known?.argumentsText ?? '') + delta;
  return withCall(turn, callId, { toolName: toolName || (known?.toolName ?? ''), argumentsText });
}

function inCall(state: RunState, callId: string, toolName: string, change: Partial<CallView>): RunState {
  return inTurn(state, (turn) => withCall(turn, callId, { toolName, ...change }));
}

function withCall(turn: TurnView, callId: string, change: Partial<CallView>): TurnView {
  const isKnown = turn.calls.some((call) => call.callId === callId);
  const fresh: CallView = { callId, toolName: '', argumentsText: '', status: 'composing', ...change };
  const calls = isKnown
    ? turn.calls.map((call) => (call.callId === callId ? { ...call, ...change } : call))
    : [...turn.calls, fresh];
  return { ...turn, calls };
}

/** The sum; what a server does not tell stays unknown, which is not 0. */
export function addUsage(total: RunUsage, usage: Usage): RunUsage {
  return {
    promptTokens: total.promptTokens + usage.prompt_tokens,
    completionTokens: total.completionTokens + usage.completion_tokens,
    totalTokens: total.totalTokens + usage.total_tokens,
    cachedTokens: addKnown(total.cachedTokens, usage.prompt_tokens_details?.cached_tokens),
    reasoningTokens: addKnown(total.reasoningTokens, usage.completion_tokens_details?.reasoning_tokens),
  };
}

function addKnown(total: number | null, more: number | null | undefined): number | null {
  return more === null || more === undefined ? total : (total ?? 0) + more;
}
