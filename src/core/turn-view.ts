// Owns the live view of the current turn, for displays. What lasts of a run is in `run-state.ts`.

import type { JsonValue } from './json.ts';
import type { RunEvent } from './run-event.ts';

/** One call of the current turn. */
export interface CallView {
  readonly callId: string;
  readonly toolName: string;
  /** The JSON text of the arguments received so far. */
  readonly argumentsText: string;
  readonly status: 'composing' | 'called' | 'running' | 'done' | 'failed';
  readonly progress?: JsonValue;
  readonly result?: string;
  readonly durationMs?: number;
}

/** The current turn, as a terminal or a page shows it. */
export interface TurnView {
  readonly turn: number;
  readonly reasoning: string;
  readonly content: string;
  readonly calls: readonly CallView[];
}

/** Folds an event into the view, which is null between turns. Pure. Ignores events of agents that run as tools. */
export function reduceTurn(view: TurnView | null, event: RunEvent): TurnView | null {
  if (event.parentCallId !== undefined) return view;
  if (event.type === 'turn_start') return { turn: event.turn, reasoning: '', content: '', calls: [] };
  if (view === null) return null;
  switch (event.type) {
    case 'reasoning':
      return { ...view, reasoning: view.reasoning + event.delta };
    case 'content':
      return { ...view, content: view.content + event.delta };
    case 'tool_call_delta':
      return composeCall(view, event.toolCallId, event.name ?? '', event.delta);
    case 'tool_call_complete': {
      const { id, function: called } = event.toolCall;
      return withCall(view, id, { toolName: called.name, argumentsText: called.arguments, status: 'called' });
    }
    case 'tool_start':
      return withCall(view, event.callId, { toolName: event.toolName, status: 'running' });
    case 'tool_progress':
      return withCall(view, event.callId, { toolName: event.toolName, progress: event.progress });
    case 'tool_end': {
      const { callId, toolName, isError, result, durationMs } = event;
      return withCall(view, callId, { toolName, status: isError ? 'failed' : 'done', result, durationMs });
    }
    case 'turn_end':
    case 'run_start':
    case 'run_end':
      return null;
    case 'usage':
    case 'result_kept':
    case 'warning':
      return view;
    default:
      return event satisfies never;
  }
}

function composeCall(view: TurnView, callId: string, toolName: string, delta: string): TurnView {
  const known = view.calls.find((call) => call.callId === callId);
  const argumentsText = (known?.argumentsText ?? '') + delta;
  return withCall(view, callId, { toolName: toolName || (known?.toolName ?? ''), argumentsText });
}

function withCall(view: TurnView, callId: string, change: Partial<CallView>): TurnView {
  const isKnown = view.calls.some((call) => call.callId === callId);
  const fresh: CallView = { callId, toolName: '', argumentsText: '', status: 'composing', ...change };
  const calls = isKnown
    ? view.calls.map((call) => (call.callId === callId ? { ...call, ...change } : call))
    : [...view.calls, fresh];
  return { ...view, calls };
}
