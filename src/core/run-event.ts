// Owns the events of a run: plain JSON, in the order in which they happen. Folding them is left to `reduceRun`.

import type { JsonValue } from './json.ts';
import type { AssistantMessage, Message, ToolMessage } from './message.ts';
import type {
  ContentEvent,
  FinishReason,
  ReasoningEvent,
  StreamTimings,
  ToolCallCompleteEvent,
  ToolCallDeltaEvent,
  UsageEvent,
} from './stream-event.ts';
import type { RunUsage, Usage } from './usage.ts';

/** Which limit ended a run. All are on by default. */
export type LimitName = 'turns' | 'tool_calls' | 'tokens' | 'time' | 'corrections' | 'same_call' | 'context';

/** What is known of a failure, as data: it can be stored, and holds no secret, prompt or body. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly retryable: boolean;
}

/** A call that waits for a person's yes or no. */
export interface PendingApproval {
  readonly callId: string;
  readonly toolName: string;
  readonly arguments: JsonValue;
}

/** How a run ended; exactly one. */
export type Outcome =
  | { readonly type: 'completed' }
  /** `message` says what the limit was and which option raises it. */
  | { readonly type: 'limit'; readonly limit: LimitName; readonly message: string }
  | { readonly type: 'aborted' }
  | { readonly type: 'failed'; readonly error: Failure }
  /** The model gave no answer, also when it was asked once more. */
  | { readonly type: 'empty'; readonly message: string }
  /** The run can be continued from its state with the decisions. */
  | { readonly type: 'waiting'; readonly approvals: readonly PendingApproval[] };

/** Something that was put right or left out, and is no failure. */
export interface RunWarning {
  /** A stable word, such as `arguments_repaired`, `call_rescued`, `not_strict`, `client_side_tools`. */
  readonly code: string;
  readonly message: string;
  readonly turn?: number;
  readonly callId?: string;
  readonly toolName?: string;
}

export interface RunStartEvent {
  readonly type: 'run_start';
  readonly runId: string;
  readonly agent: string;
  /** The conversation as the run found it, the new input included; without the instructions. */
  readonly messages: readonly Message[];
  /** What a run that waited brings with it; absent in a new run. */
  readonly resumed?: ResumedRun;
}

/** What a run that ended `waiting` had used and left open. */
export interface ResumedRun {
  readonly turns: number;
  readonly toolCalls: number;
  readonly usage: RunUsage;
  readonly warnings: readonly RunWarning[];
  readonly pending: PendingTurn;
}

export interface TurnStartEvent {
  readonly type: 'turn_start';
  /** From 1. */
  readonly turn: number;
  /** Messages that were added since the last turn, by steering for one. */
  readonly added: readonly Message[];
}

/** A call is about to run: found, its arguments whole, checked and allowed. */
export interface ToolStartEvent {
  readonly type: 'tool_start';
  readonly callId: string;
  readonly toolName: string;
  readonly arguments: JsonValue;
}

/** What a tool told while it ran. */
export interface ToolProgressEvent {
  readonly type: 'tool_progress';
  readonly callId: string;
  readonly toolName: string;
  readonly progress: JsonValue;
}

/** The one end of a call that had a `tool_start`. */
export interface ToolEndEvent {
  readonly type: 'tool_end';
  readonly callId: string;
  readonly toolName: string;
  readonly isError: boolean;
  /** What the model is given, as text; images are named, not shown. */
  readonly result: string;
  readonly durationMs: number;
}

/** A turn that stands still because a call waits for a person; nothing of it is in the history yet. */
export interface PendingTurn {
  readonly message: AssistantMessage;
  /** One a call, in call order; null for those that wait. */
  readonly results: readonly (ToolMessage | null)[];
}

/** The end of a turn, with what the history gains by it: nothing, or the assistant's message and one result a call. */
export interface TurnEndEvent {
  readonly type: 'turn_end';
  readonly turn: number;
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly finishReason: FinishReason | null;
  /** The turn's own counts; null when the server gave none. */
  readonly usage: Usage | null;
  readonly timings: StreamTimings | null;
  /** Present when the run ends `waiting`. */
  readonly pending?: PendingTurn;
}

export interface WarningEvent {
  readonly type: 'warning';
  readonly warning: RunWarning;
}

export interface RunEndEvent {
  readonly type: 'run_end';
  readonly runId: string;
  readonly outcome: Outcome;
  /** The structured output, when the agent has one and the run completed. */
  readonly output?: JsonValue;
}

type OwnEvent =
  | RunStartEvent
  | TurnStartEvent
  | ReasoningEvent
  | ContentEvent
  | ToolCallDeltaEvent
  | ToolCallCompleteEvent
  | UsageEvent
  | ToolStartEvent
  | ToolProgressEvent
  | ToolEndEvent
  | TurnEndEvent
  | WarningEvent
  | RunEndEvent;

/**
 * An event of a run. Every `_start` has its `_end` on every path, and a run has exactly one `run_end`, last.
 * Events of an agent that runs as a tool of another carry the id of the call that it answers.
 */
export type RunEvent = OwnEvent & { readonly parentCallId?: string };
