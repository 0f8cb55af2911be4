// Owns the life of a tool call as JSON: prepared, run, answered. Carrying it out is left to `src/tool` and `src/agent`.

import type { JsonObject, JsonValue } from './json.ts';
import type { ContentPart } from './message.ts';
import type { RunWarning } from './run-warning.ts';
import type { RunUsage } from './usage.ts';

/** Why a call did not run, or was not finished. */
export type CallProblem =
  | 'unknown_tool'
  | 'cut'
  | 'broken_arguments'
  | 'invalid_arguments'
  | 'not_allowed'
  /** It was under way when its process died, and is not to run twice. */
  | 'in_doubt'
  | 'cancelled';

interface PreparedPart {
  /** The key of the step in which the call runs, such as `t3/call/0`. It is unique in the run; the model's own id may not be. */
  readonly key: string;
  readonly callId: string;
  readonly toolName: string;
}

/** A call that can run: its tool exists, and its arguments are whole and fit the schema. */
export interface ReadyCall extends PreparedPart {
  readonly type: 'ready';
  /** The model's arguments, repaired and coerced. The schema's defaults and transforms are applied when the call runs. */
  readonly arguments: JsonObject;
  /** The id that a decision must name if the call needs an approval; null if it needs none. Bound to the key and the arguments. */
  readonly approvalId: string | null;
  /** The server did not parse it: it was read from the text, and a person is asked for that reason. Absent otherwise. */
  readonly isRescued?: true;
  /** The same call runs every time that it is made. Absent otherwise. */
  readonly isRepeatable?: true;
  /** The call changes nothing, so that it may run again, and leaves the results of other calls as they are. Absent otherwise. */
  readonly isReadOnly?: true;
  /** Whether the call must not run at the same time as others. */
  readonly isSequential: boolean;
  /** Whether it may run again when it is not known whether it has run. Absent: it may, with the same idempotency key. */
  readonly isIdempotent?: boolean;
  /** Whether the tool is an agent, so that the call contains steps of its own. */
  readonly holdsRun: boolean;
}

/** A call that is returned to the model without having run. */
export interface RefusedCall extends PreparedPart {
  readonly type: 'refused';
  readonly problem: CallProblem;
  /** Tells the model what is wrong and what to do. */
  readonly message: string;
  /** The arguments as the model wrote them. */
  readonly argumentsText: string;
}

export type PreparedCall = ReadyCall | RefusedCall;

/** The answer to one call. */
export interface CallResult {
  readonly isError: boolean;
  readonly content: string | readonly ContentPart[];
}

/** A result that was too long to show in full, kept for `read_result`. */
export interface KeptResult {
  readonly callId: string;
  readonly text: string;
}

/** How much of its limits a run has used, including agents that ran as its tools. */
export interface RunSpent {
  readonly turns: number;
  readonly toolCalls: number;
  readonly tokens: number;
  readonly corrections: number;
  /** Milliseconds of running. The time between a run that ended and its resumption is not included. */
  readonly timeMs: number;
}

/** What was used inside a step: by agents that ran as tools, and by tool servers that asked the model. */
export interface InnerUse {
  readonly usage: RunUsage;
  readonly spent: RunSpent;
}

/** What a step caused besides its result. It is recorded with the result, so that a replayed step has the same effect as one that ran. */
export interface StepFacts {
  readonly warnings?: readonly RunWarning[];
  readonly kept?: readonly KeptResult[];
  readonly inner?: readonly InnerUse[];
}

/** The value of a call's step. */
export interface CallValue {
  /** False for a call that was cancelled before it began. */
  readonly hasRun: boolean;
  readonly result: CallResult;
  readonly problem: CallProblem | null;
  readonly facts: StepFacts;
}

/** The arguments of a call, for comparing it with other calls by `isSameJson`. */
export function comparableArguments(call: PreparedCall): JsonValue {
  return call.type === 'ready' ? call.arguments : call.argumentsText;
}
