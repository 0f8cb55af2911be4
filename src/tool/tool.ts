// Owns what a tool is. Making one from a schema is left to `define-tool.ts`, running it to `run-call.ts`.

import type { JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { CompiledSchema } from '../schema/compile.ts';

/** What `execute` is given beside the arguments. */
export interface ToolContext<Context = unknown> {
  /** Aborted when the run is cancelled or the tool's time is over: pass it on to whatever waits. */
  readonly signal: AbortSignal;
  /** Shows how far the work is; anything that JSON can hold. */
  readonly progress: (value: JsonValue) => void;
  readonly callId: string;
  readonly toolName: string;
  readonly runId: string;
  /** The conversation before this turn. */
  readonly messages: readonly Message[];
  /** Stable over a re-run of the same call: for tools that must not act twice. */
  readonly idempotencyKey: string;
  /** The value that the caller gave the run as `context`. */
  readonly context: Context;
}

/** A tool as the runtime holds it. Made by `defineTool`. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly schema: CompiledSchema;
  readonly execute: (args: unknown, context: ToolContext) => unknown;
  /** Milliseconds; 0: no limit. */
  readonly timeoutMs: number;
  readonly needsApproval: boolean | ((args: unknown, context: ToolContext) => boolean | Promise<boolean>);
  /** Whether calls of it run one after another, also beside other tools. */
  readonly isSequential: boolean;
  /** Whether the same call runs every time that it is made. */
  readonly isRepeatable: boolean;
  /** Whether its calls change nothing. */
  readonly isReadOnly: boolean;
  /** Characters of a result that the model is shown. */
  readonly maxResultChars: number;
  /** Whether the schema may be enforced by vLLM's grammar. */
  readonly isStrict: boolean;
  /**
   * Whether a call may run again when it is not known whether it has run, as after a crash. Undefined: it may, with the same `idempotencyKey`.
   */
  readonly isIdempotent: boolean | undefined;
  /** Whether it is an agent: its calls hold runs, whose steps a host records. */
  readonly holdsRun: boolean;
}

/** Whether a value was made by `defineTool`, `agentTool` or a tool provider. */
export function isTool(value: unknown): value is Tool {
  return (
    isObject(value) && typeof value.name === 'string' && typeof value.execute === 'function' && isCompiled(value.schema)
  );
}

function isCompiled(schema: unknown): boolean {
  return isObject(schema) && isObject(schema.jsonSchema) && typeof schema.check === 'function';
}

/** Thrown by a tool to have the model try again: the message is all that the model reads. */
export class ToolRetry extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ToolRetry';
  }
}
