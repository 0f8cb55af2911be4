// Owns the events of a run: plain JSON, in the order in which they happen. Folding them is left to `reduceRun`.

import type { KeptResult, PreparedCall, RunSpent } from './call.ts';
import type { JsonValue } from './json.ts';
import type { LoopState } from './loop-state.ts';
import type { AssistantMessage, Message, ToolMessage } from './message.ts';
import type { RunWarning } from './run-warning.ts';
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
  /** What a decision names: bound to this call of this run and to these arguments. */
  readonly id: string;
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

export interface RunStartEvent {
  readonly type: 'run_start';
  readonly runId: string;
  readonly agent: string;
  /** The conversation as the run found it, the new input included; without the instructions. */
  readonly messages: readonly Message[];
  /** Long results of the conversation so far, which the model may still read. Absent when there are none. */
  readonly kept?: readonly KeptResult[];
  /** What an earlier part of the same run had come to; absent in a new run. */
  readonly resumed?: ResumedRun;
}

/** What a run that goes on brings with it. */
export interface ResumedRun {
  readonly turns: number;
  readonly toolCalls: number;
  readonly usage: RunUsage;
  readonly warnings: readonly RunWarning[];
  readonly spent: RunSpent;
  readonly loop: LoopState | null;
  readonly pending: PendingTurn | null;
}

export interface TurnStartEvent {
  readonly type: 'turn_start';
  /** From 1. */
  readonly turn: number;
  /** Messages that were added since the last turn, by steering for example. */
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

/** A turn that waits for a person to decide on a call; nothing of it is in the history yet. */
export interface PendingTurn {
  readonly message: AssistantMessage;
  /** The calls of the message, in call order. */
  readonly calls: readonly PreparedCall[];
  /** One a call, in call order; null for those that wait. */
  readonly results: readonly (ToolMessage | null)[];
}

/** What the model had said in an answer that did not enter the history. */
export interface UnfinishedAnswer {
  readonly reasoning: string;
  readonly content: string;
}

/** The end of a turn, with all that lasts of it. */
export interface TurnEndEvent {
  readonly type: 'turn_end';
  readonly turn: number;
  /** What the history gains: nothing, or the assistant's message and one result a call. */
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly finishReason: FinishReason | null;
  /** The turn's own counts; null when the server gave none. */
  readonly usage: Usage | null;
  readonly timings: StreamTimings | null;
  /** Calls that ran, those of agents that ran as tools included. */
  readonly toolCalls: number;
  /** Tokens of agents that ran as tools; absent when none ran. */
  readonly innerUsage?: RunUsage;
  /** Of all limits, since the start of the run. */
  readonly spent: RunSpent;
  /** What the next turn goes by. */
  readonly loop: LoopState;
  /** Present when the answer did not enter the history. */
  readonly unfinished?: UnfinishedAnswer;
  /** Present when the run ends `waiting`. */
  readonly pending?: PendingTurn;
}

/** A result that was too long to show whole was kept for `read_result`. */
export interface ResultKeptEvent {
  readonly type: 'result_kept';
  readonly kept: KeptResult;
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
  | ResultKeptEvent
  | WarningEvent
  | RunEndEvent;

/**
 * An event of a run. Every `_start` has its `_end` on every path, and a run has exactly one `run_end`, last.
 *
 * Events of the loop itself (`run_start`, `turn_start`, `turn_end`, `result_kept`, `warning`, `run_end`) hold all that lasts. A host
 * that replays a run gives them again, marked `replayed`, so that folding them leads to the same state; the events from inside a step
 * (text, calls, progress) were shown when the step ran, and are not given again.
 */
export type RunEvent = OwnEvent & {
  /** The id of the call that the event's run answers: it is an agent that runs as a tool of another. */
  readonly parentCallId?: string;
  /** This happened in an earlier attempt at the run and is told again. */
  readonly replayed?: true;
};
