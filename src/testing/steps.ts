// Owns the steps of a script: what the fake vLLM answers, as plain data. Turning them into bytes is left to `render.ts`.

import type { FinishReason } from '../core/stream-event.ts';
import type { Usage } from '../core/usage.ts';

export interface FakeCall {
  readonly name: string;
  /** A value that is sent as JSON, or text that is sent unchanged: cut, broken, empty. */
  readonly arguments: unknown;
  /** Replaces `arguments`: the deltas in which they are streamed. A whole answer joins them. Default: one delta per token. */
  readonly fragments?: readonly string[];
  /** Default: an id in vLLM's format. */
  readonly id?: string;
}

/** One choice of an answer. */
export interface FakeChoice {
  /** Text, or the deltas in which it is streamed. Default: none; a text is streamed token by token. */
  readonly content?: string | readonly string[] | undefined;
  /** The thinking, in the same form. Default: none. */
  readonly reasoning?: string | readonly string[] | undefined;
  /** Default: none. */
  readonly toolCalls?: readonly FakeCall[] | undefined;
  /** Default: vLLM's, which is `tool_calls` with calls and `stop` without; with a named tool choice it is `stop`. */
  readonly finishReason?: FinishReason | null | undefined;
  /** Default null. */
  readonly stopReason?: string | number | null | undefined;
}

/** How the bytes of an answer are sent. */
export interface Delivery {
  /**
   * The number of bytes per write, or the offsets at which the bytes are split. `event` writes one event at a time, `whole`
   * everything at once. Default `event`.
   */
  readonly chunking?: number | readonly number[] | 'event' | 'whole';
  /** Milliseconds before each write. Default: no delay. */
  readonly delayMs?: number;
  /** The number of bytes after which the answer ends as if it were complete. Default: all. */
  readonly endAfter?: number;
  /**
   * The number of bytes after which the connection is reset; 0 resets it before the headers. A client in another process may
   * see a close instead of the reset; over TLS and Unix sockets it always does.
   */
  readonly resetAfter?: number;
  /** The number of bytes after which the connection is closed in the middle of the answer, as by a crashed server. */
  readonly closeAfter?: number;
  /** The number of bytes after which nothing is sent until the client disconnects or `release` resolves. */
  readonly stallAfter?: number;
  /** Ends the stall: when it resolves, the rest of the answer is sent. Default: the stall has no end. */
  readonly release?: PromiseLike<unknown>;
}

/** An answer of the model. For a request with `n` above 1, give `choices`. */
export interface Answer extends FakeChoice, Delivery {
  readonly kind: 'answer';
  /** Default: one choice, from the fields of the answer. */
  readonly choices?: readonly FakeChoice[] | undefined;
  /** Default: counted in the prompt and the answer. */
  readonly usage?: Usage | undefined;
  /** Whether a stream ends with `[DONE]`. Default true. */
  readonly hasDone?: boolean;
  /** An error event in the stream after the answer's text, in the current or the old format of vLLM. Default: none. */
  readonly errorFrame?: { readonly message: string; readonly code?: number; readonly shape?: 'current' | 'old' };
}

/** Any HTTP answer: a refusal, a rate limit, the page of a gateway. */
export interface Reply extends Delivery {
  readonly kind: 'reply';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text that is sent unchanged, or a value that is sent as JSON. Default: empty. */
  readonly body?: unknown;
}

/** Any bytes, with status 200. */
export interface Raw extends Delivery {
  readonly kind: 'raw';
  readonly bytes: string | Uint8Array;
  /** Default `text/event-stream; charset=utf-8`. */
  readonly contentType?: string;
}

/** Bytes without end, sent as fast as they are read: one line that never ends, or events for ever. */
export interface Endless {
  readonly kind: 'endless';
  readonly of: 'line' | 'events';
}

export type Step = Answer | Reply | Raw | Endless;

/** A step computed from the request. When it throws, the request gets a 500 and `assertDone` throws the cause. */
export type StepFunction = (request: RecordedRequest) => Step;

/** Like `StepFunction`. Undefined leaves the request without a step: it gets a 500, and `assertDone` throws. */
export type Responder = (request: RecordedRequest) => Step | undefined;

/** A request that the fake received. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; undefined when there was none or it was not JSON. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly rawBody: string;
  /** Whether the client disconnected before the end of the answer. False while the exchange is in progress; see `ended`. */
  readonly aborted: boolean;
  /** Resolves when the exchange is over: `aborted` when the client disconnected before the end of the answer. Never rejects. */
  readonly ended: Promise<'answered' | 'aborted'>;
}

/** An answer of the model, streamed or whole as the request asks. */
export function answer(spec: Omit<Answer, 'kind'>): Answer {
  return { kind: 'answer', ...spec };
}

/** Any HTTP answer. */
export function reply(spec: Omit<Reply, 'kind'>): Reply {
  return { kind: 'reply', ...spec };
}

/** Any bytes, with status 200. */
export function raw(spec: Omit<Raw, 'kind'>): Raw {
  return { kind: 'raw', ...spec };
}

/** A body that never ends. */
export function endless(of: Endless['of']): Endless {
  return { kind: 'endless', of };
}
