// Owns the seven events of a streamed answer. Making them from bytes is left to the client.

import type { ToolCall } from './message.ts';
import type { Usage } from './usage.ts';
import type { VllmError } from './vllm-error.ts';

/** A piece of the thinking. Never empty. */
export interface ReasoningEvent {
  readonly type: 'reasoning';
  readonly delta: string;
  /** The choice that it belongs to; 0 unless `n` is greater than 1. */
  readonly index: number;
}

/** A piece of the answer. Never empty. */
export interface ContentEvent {
  readonly type: 'content';
  readonly delta: string;
  readonly index: number;
}

/** A piece of a call's arguments. The first one of a call may have an empty `delta`, and then only announces the name. */
export interface ToolCallDeltaEvent {
  readonly type: 'tool_call_delta';
  readonly toolCallId: string;
  /** A fragment of the JSON text of the arguments. */
  readonly delta: string;
  /** The index of the call among the calls of its choice, from 0, in order of appearance. */
  readonly toolIndex: number;
  readonly index: number;
  /** Absent until the server has sent it. */
  readonly name?: string;
}

/**
 * A whole call as the server sent it: exactly one event per call, after its last delta.
 * If `max_tokens` cut the answer, the arguments may be cut too: `parseArgs` throws on them.
 */
export interface ToolCallCompleteEvent {
  readonly type: 'tool_call_complete';
  readonly toolCall: ToolCall;
  readonly toolIndex: number;
  readonly index: number;
}

export interface UsageEvent {
  readonly type: 'usage';
  readonly usage: Usage;
}

/** Why a choice ended. Other values that vLLM or a proxy sends are passed on. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'abort' | (string & {});

/** Milliseconds since the request was sent; null when the event did not occur. */
export interface StreamTimings {
  /** The first byte of the body, after queueing and prefill. */
  readonly firstByteMs: number | null;
  /** The first piece of reasoning, content or call. */
  readonly firstTokenMs: number | null;
  readonly lastTokenMs: number | null;
  readonly totalMs: number;
}

/** The answer is whole. The last event of its stream. Arrays are in order of choice index. */
export interface DoneEvent {
  readonly type: 'done';
  /** The server's id of the answer, which it derives from the `X-Request-Id` that was sent. */
  readonly id: string | null;
  readonly model: string | null;
  readonly finishReasons: readonly (FinishReason | null)[];
  /** The matched stop string, or the id of the stop token; null for the model's own end and for `length`. */
  readonly stopReasons: readonly (string | number | null)[];
  /** `vllm-<version>-<hash>` on recent servers. */
  readonly systemFingerprint: string | null;
  readonly timings: StreamTimings;
}

/** The answer is not whole. The last event of its stream. */
export interface ErrorEvent {
  readonly type: 'error';
  readonly error: VllmError;
}

export type StreamEvent =
  | ReasoningEvent
  | ContentEvent
  | ToolCallDeltaEvent
  | ToolCallCompleteEvent
  | UsageEvent
  | DoneEvent
  | ErrorEvent;
