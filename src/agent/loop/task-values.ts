// Owns what the loop asks of the tasks of an agent, and what they give: all of it JSON. Doing it is left to `../tasks/tasks.ts`.

import type { CallValue, PreparedCall, ReadyCall, StepFacts } from '../../core/call.ts';
import type { JsonValue } from '../../core/json.ts';
import type { CountedContext, NextRequest, ToolMode, TurnChoice } from '../../core/loop-state.ts';
import type { AssistantMessage, Message } from '../../core/message.ts';
import type { Failure, Outcome } from '../../core/run-event.ts';
import type { FinishReason, StreamTimings } from '../../core/stream-event.ts';
import type { Usage } from '../../core/usage.ts';

/** What a run reads of the world once, at its start. */
export interface RunHead {
  readonly model: string;
  /** The path of the weights, where the name of the model does not tell its family. */
  readonly weights: string | null;
  /** The system message. */
  readonly instructions: string;
  readonly hasTools: boolean;
  /** The id of the conversation, for the requests of the run. */
  readonly sessionId: string;
}

export interface StartValue extends Omit<RunHead, 'sessionId'> {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly facts: StepFacts;
}

export interface AddedInput {
  /** Milliseconds that the run has been under way, as far as it is recorded. */
  readonly timeMs: number;
  /** When this attempt at the run last recorded the time; null in the first turn of an attempt that goes on from recorded ones. */
  readonly since: number | null;
}

/** Messages that were sent to the run since the last turn, and how long it has been under way. */
export interface AddedValue {
  readonly messages: readonly Message[];
  readonly timeMs: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface ModelInput {
  readonly turn: number;
  readonly head: RunHead;
  readonly messages: readonly Message[];
  readonly phase: 'work' | 'output';
  readonly toolChoice: TurnChoice | null;
  readonly request: NextRequest;
  /** The least limit of answer tokens; null: the agent's own. Absent in a step that an earlier release recorded. */
  readonly room?: number | null;
  readonly context: CountedContext | null;
  readonly toolMode: ToolMode;
  /** Whether the server has parsed a call of this conversation. */
  readonly serverParses: boolean;
  /** Whether there are results that were too long to show, so that the model is offered to read on in them. */
  readonly hasKept: boolean;
}

/** Whether an answer to a question about the structured output fits its schema. */
export type CheckedOutput =
  | { readonly type: 'fits'; readonly value: JsonValue }
  | { readonly type: 'unfit'; readonly problem: string };

/** One answer of the model, its calls prepared. */
export interface ModelValue {
  /** As it enters the history: what the model said, its calls with arguments that can be sent. */
  readonly message: AssistantMessage;
  readonly calls: readonly PreparedCall[];
  readonly finishReason: FinishReason | null;
  readonly usage: Usage | null;
  readonly timings: StreamTimings | null;
  /** Whether `max_tokens` ended it: a call in it may lack its end. */
  readonly wasCut: boolean;
  /** The limit of answer tokens that it had; without one, how many it has. Absent in a value that an earlier release recorded. */
  readonly room?: number;
  /** Whether text at its end began a call that did not end. */
  readonly hasCutCall: boolean;
  /** Whether it is nothing but the text of calls, on a server that parses calls itself. */
  readonly hasOnlyLeftCalls: boolean;
  /** Whether it is nothing but calls written as JSON without marks: they are meant, and do not count. */
  readonly isMeantCall: boolean;
  /** Whether the server parsed calls in it. */
  readonly isParsed: boolean;
  /** Set when it is not whole: the rest is what came so far. */
  readonly failure: Failure | null;
  /** Set when nothing was asked because the conversation does not fit the model's context. */
  readonly overflow: Outcome | null;
  /** Of a turn that asked for the structured output. */
  readonly output: CheckedOutput | null;
  readonly toolMode: ToolMode;
  /** Tokens of the conversation with this answer: the server's count, else an estimate. */
  readonly contextTokens: number;
  readonly facts: StepFacts;
}

/** For a turn that was stored before its calls were prepared. */
export interface PrepareInput {
  readonly turn: number;
  readonly head: RunHead;
  readonly messages: readonly Message[];
  readonly message: AssistantMessage;
  readonly hasKept: boolean;
}

export interface PrepareValue {
  readonly calls: readonly PreparedCall[];
  readonly facts: StepFacts;
}

export interface CallInput {
  readonly turn: number;
  readonly call: ReadyCall;
  readonly head: RunHead;
  /** The conversation before this turn. */
  readonly messages: readonly Message[];
  /** The kept text that the call reads on in; null for all other calls. */
  readonly keptText: string | null;
}

/** The run's own tool, by which the model reads on in results that were too long to show. */
export const RESULT_TOOL = 'read_result';

/** The tasks by name: compatibility data, as the keys are. */
export interface TaskTypes {
  readonly start: { readonly input: null; readonly value: StartValue };
  readonly added: { readonly input: AddedInput; readonly value: AddedValue };
  readonly model: { readonly input: ModelInput; readonly value: ModelValue };
  readonly prepare: { readonly input: PrepareInput; readonly value: PrepareValue };
  readonly call: { readonly input: CallInput; readonly value: CallValue };
}
