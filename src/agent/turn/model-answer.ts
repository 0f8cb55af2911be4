// Owns what one model call gives, as data, and errors as failures.
// Asking is left to `model-call.ts`, acting on it to the loop.

import { ContextOverflowError } from '../../client/errors.ts';
import type { ToolCall } from '../../core/message.ts';
import type { Failure } from '../../core/run-event.ts';
import type { DoneEvent, FinishReason, StreamTimings } from '../../core/stream-event.ts';
import type { Usage } from '../../core/usage.ts';
import { VllmError } from '../../core/vllm-error.ts';

/** What a server said of sizes when it refused a request for length; null where it did not tell. */
export interface Overflow {
  readonly contextLimit: number | null;
  readonly promptTokens: number | null;
}

/**
 * Where a call comes from: the server parsed it; the model wrote it into the text as it was asked to, on a server without a tool parser;
 * or it was read out of text that the server did not parse.
 */
export type CallOrigin = 'server' | 'agreed' | 'rescued';

export interface ModelAnswer {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  /** One per call. */
  readonly origins: readonly CallOrigin[];
  readonly finishReason: FinishReason | null;
  readonly usage: Usage | null;
  readonly timings: StreamTimings | null;
  /** Whether `max_tokens` ended it: a call in it may lack its end. */
  readonly wasCut: boolean;
  /** Whether the cut may have hit its last call: nothing came after that, and nobody saw its end. */
  readonly isLastCallOpen: boolean;
  /** The limit of answer tokens that was sent; null where none was. */
  readonly maxTokens: number | null;
  /** Whether text at its end began a call that did not end. */
  readonly hasCutCall: boolean;
  /** Whether it is nothing but the text of calls, and none of them counts because the server parses calls itself. */
  readonly hasOnlyLeftCalls: boolean;
  /** Whether it is nothing but calls written as JSON without marks, which the model was not asked for: they are meant, and do not count. */
  readonly isMeantCall: boolean;
  /** Set when it is not whole: the rest is what came so far. */
  readonly failure: Failure | null;
  /** Set when the request was refused for its length. */
  readonly overflow: Overflow | null;
}

/** Any error as data. What is no VllmError is a fault of the program, and is told by its name and message. */
export function failureFrom(error: unknown): Failure {
  if (!(error instanceof VllmError)) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { code: 'unexpected', message, retryable: false };
  }
  const { code, message, status, requestId, retryable } = error;
  return {
    code,
    message,
    retryable,
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
  };
}

export function overflowFrom(error: unknown): Overflow | null {
  if (!(error instanceof ContextOverflowError)) return null;
  return { contextLimit: error.limit ?? null, promptTokens: error.promptTokens ?? null };
}

/** Servers before 0.28 report a cut call as `tool_calls`: the count of tokens tells. */
export function isCut(done: DoneEvent, usage: Usage | null, maxTokens: number | null | undefined): boolean {
  if (done.finishReasons[0] === 'length') return true;
  return typeof maxTokens === 'number' && usage !== null && usage.completion_tokens >= maxTokens;
}
