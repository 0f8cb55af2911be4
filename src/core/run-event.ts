// Owns the events of a run: plain JSON, in the order in which they happen. Folding them into a state is left to `reduceRun`.

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

/** A failure as data. It can be stored, and contains no secret, prompt or body. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly retryable: boolean;
}

/** A call that waits for a decision. */
export interface PendingApproval {
  /** The id that a decision must name. It is bound to this call of this run and to these arguments. */
  readonly id: string;
  readonly callId: string;
  readonly toolName: string;
  readonly arguments: JsonValue;
  /** The server did not parse the call: it was read from the text of the answer (`rescue: 'ask'`). Absent otherwise. */
  readonly isRescued?: true;
}

/** How a run ended; exactly one. */
export type Outcome =
  | { readonly type: 'completed' }
  /** `message` says what the limit was and, where there is one, which option raises it. */
  | { readonly type: 'limit'; readonly limit: LimitName; readonly message: string }
  | { readonly type: 'aborted' }
  | { readonly type: 'failed'; readonly error: Failure }
  /** The model gave no answer, even when it was asked again. */
  | { readonly type: 'empty'; readonly message: string }
  /** The run can be continued from its state with the decisions. */
  | { readonly type: 'waiting'; readonly approvals: readonly PendingApproval[] };

export interface RunStartEvent {
  readonly type: 'run_start';
  readonly runId: string;
  /** The id of the conversation. Absent when it is the run's own. */
  readonly sessionId?: string;
  readonly agent: string;
  /** The conversation at the start of the run, including the new input, without the instructions. */
  readonly messages: readonly Message[];
  /** Long results of the conversation so far, which the model can still read. Absent when there are none. */
  readonly kept?: readonly KeptResult[];
  /** The server has parsed a call of the conversation so far. Absent when it has not. */
  readonly serverParses?: boolean;
  /** The progress of the earlier part of the same run. Absent in a new run. */
  readonly resumed?: ResumedRun;
}

/** The progress that a resumed run starts with. */
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
  /** Messages that were added since the last turn, for example by `send`. */
  readonly added: readonly Message[];
}

/** A call starts: its tool was found, its arguments were checked, and it is allowed. */
export interface ToolStartEvent {
  readonly type: 'tool_start';
  readonly callId: string;
  readonly toolName: string;
  readonly arguments: JsonValue;
}

/** What a tool reported while it ran. */
export interface ToolProgressEvent {
  readonly type: 'tool_progress';
  readonly callId: string;
  readonly toolName: string;
  readonly progress: JsonValue;
}

/** The end of a call; exactly one for each `tool_start`. */
export interface ToolEndEvent {
  readonly type: 'tool_end';
  readonly callId: string;
  readonly toolName: string;
  readonly isError: boolean;
  /** The result that the model gets, as text. Images are named, not shown. */
  readonly result: string;
  readonly durationMs: number;
}

/** A turn that waits for decisions on its calls. None of it is in the history yet. */
export interface PendingTurn {
  readonly message: AssistantMessage;
  /** The calls of the message, in call order, as they were prepared. */
  readonly calls: readonly PreparedCall[];
  /** One per call, in call order; null for calls that wait. */
  readonly results: readonly (ToolMessage | null)[];
}

/** The text of an answer that did not enter the history. */
export interface UnfinishedAnswer {
  readonly reasoning: string;
  readonly content: string;
}

/** The end of a turn, with everything of the turn that lasts. */
export interface TurnEndEvent {
  readonly type: 'turn_end';
  readonly turn: number;
  /** What is added to the history: nothing, or the assistant's message and one result per call. */
  readonly messages: readonly (AssistantMessage | ToolMessage)[];
  readonly finishReason: FinishReason | null;
  /** The token counts of this turn; null when the server sent none. */
  readonly usage: Usage | null;
  readonly timings: StreamTimings | null;
  /** How many calls ran, including those of agents that ran as tools. */
  readonly toolCalls: number;
  /** Tokens of agents that ran as tools; absent when none ran. */
  readonly innerUsage?: RunUsage;
  /** The server parsed a call in this turn, the first of the conversation. Absent otherwise. */
  readonly serverParsed?: boolean;
  /** What is used of all limits since the start of the run. */
  readonly spent: RunSpent;
  /** The loop's state for the next turn. */
  readonly loop: LoopState;
  /** Present when the answer did not enter the history. */
  readonly unfinished?: UnfinishedAnswer;
  /** Present when the run ends `waiting`. */
  readonly pending?: PendingTurn;
}

/** A result that was too long to show in full was kept for `read_result`. */
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
 * The loop's own events (`run_start`, `turn_start`, `turn_end`, `result_kept`, `warning`, `run_end`) contain everything that lasts. When a
 * host replays a run, they are emitted again, marked `replayed`, so that folding them leads to the same state. Events from inside a step
 * (text, calls, progress) were emitted when the step ran, and are not repeated.
 */
export type RunEvent = OwnEvent & {
  /** For events of an agent that runs as a tool: the id of the call that it answers. */
  readonly parentCallId?: string;
  /** The event happened in an earlier attempt at the run and is emitted again. */
  readonly replayed?: true;
};
