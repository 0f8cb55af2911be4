// Owns the life of a tool call as JSON: prepared, run, answered. Doing any of it is left to `src/tool` and `src/agent`.

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
  | 'cancelled';

interface PreparedPart {
  /** The step under which the call runs, such as `t3/call/0`: unique in the run, which the model's own id may not be. */
  readonly key: string;
  readonly callId: string;
  readonly toolName: string;
}

/** A call that can run: its tool exists, its arguments are whole and fit the schema. */
export interface ReadyCall extends PreparedPart {
  readonly type: 'ready';
  /** As the model meant them, repaired and coerced. Defaults and transforms of the schema are applied when the call runs. */
  readonly arguments: JsonObject;
  /** What a decision must name when a person has to allow the call; null when nobody has to. Bound to the key and the arguments. */
  readonly approvalId: string | null;
  /** Whether it must not run beside other calls. */
  readonly isSequential: boolean;
  /** Whether the tool is an agent, so that the call holds steps of its own. */
  readonly holdsRun: boolean;
}

/** A call that goes back to the model without having run. */
export interface RefusedCall extends PreparedPart {
  readonly type: 'refused';
  readonly problem: CallProblem;
  /** For the model: what is wrong and what to do. */
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

/** A result that was too long to show whole, kept for `read_result`. */
export interface KeptResult {
  readonly callId: string;
  readonly text: string;
}

/** How much of its limits a run has used, that of the agents that ran as its tools included. */
export interface RunSpent {
  readonly turns: number;
  readonly toolCalls: number;
  readonly tokens: number;
  readonly corrections: number;
  /** Milliseconds under way; time spent waiting for a decision in between is not in it. */
  readonly timeMs: number;
}

/** What runs inside a step used: agents that ran as tools, and questions of tool servers to the model. */
export interface InnerUse {
  readonly usage: RunUsage;
  readonly spent: RunSpent;
}

/** What a step caused beside its result. Recorded with it, so that a replayed step has the same effect as one that ran. */
export interface StepFacts {
  readonly warnings?: readonly RunWarning[];
  readonly kept?: readonly KeptResult[];
  readonly inner?: readonly InnerUse[];
}

/** What the step of a call gives. */
export interface CallValue {
  /** False for a call that was cancelled before it began. */
  readonly hasRun: boolean;
  readonly result: CallResult;
  readonly problem: CallProblem | null;
  readonly facts: StepFacts;
}

/** The arguments of a call in a form that two equal calls share, whatever the order of their keys. */
export function comparableArguments(call: PreparedCall): JsonValue {
  return call.type === 'ready' ? call.arguments : call.argumentsText;
}
