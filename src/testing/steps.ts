// Owns what a test tells the fake vLLM to answer, as plain data. Turning it into bytes is left to the renderers.

import type { FinishReason } from '../core/stream-event.ts';
import type { Usage } from '../core/usage.ts';

export interface FakeCall {
  readonly name: string;
  /** A value, or text that is sent as it stands: cut, broken, empty. */
  readonly arguments: unknown;
  /** The pieces in which the arguments are streamed, in place of `arguments`; whole answers join them. */
  readonly fragments?: readonly string[];
  /** Default: one as vLLM makes them. */
  readonly id?: string;
}

/** One choice of an answer. */
export interface FakeChoice {
  /** Text, or the pieces in which it is streamed. */
  readonly content?: string | readonly string[] | undefined;
  readonly reasoning?: string | readonly string[] | undefined;
  readonly toolCalls?: readonly FakeCall[] | undefined;
  /** Default: as vLLM says it, `tool_calls` or `stop`; with a named choice `stop`. */
  readonly finishReason?: FinishReason | null | undefined;
  readonly stopReason?: string | number | null | undefined;
}

/** How the bytes of an answer go out. */
export interface Delivery {
  /**
   * Bytes to a write, or the offsets at which the bytes are parted; `event` (the default) writes one event at a time,
   * `whole` everything at once.
   */
  readonly chunking?: number | readonly number[] | 'event' | 'whole';
  /** Milliseconds before each write. */
  readonly delayMs?: number;
  /** Bytes after which the connection is ended as if the answer were over. */
  readonly endAfter?: number;
  /**
   * Bytes after which the connection is reset. 0: before the headers. A reader in another process may get to see an end
   * in place of the reset; over TLS and Unix sockets it is always one.
   */
  readonly resetAfter?: number;
  /** Bytes after which the connection is closed in the middle of the answer, as by a server that crashed. */
  readonly closeAfter?: number;
  /** Bytes after which nothing more is sent, the connection left open, until the client goes or `release` resolves. */
  readonly stallAfter?: number;
  /** Ends the stall: when it resolves, the rest of the answer is sent. */
  readonly release?: PromiseLike<unknown>;
}

/** An answer of the model. With `n` above 1 give `choices`. */
export interface Answer extends FakeChoice, Delivery {
  readonly kind: 'answer';
  readonly choices?: readonly FakeChoice[] | undefined;
  /** Default: counted from prompt and answer. */
  readonly usage?: Usage | undefined;
  /** Whether a stream ends with `[DONE]`. Default true. */
  readonly hasDone?: boolean;
  /** An error that is sent into the stream after the answer's text, in either shape that vLLM has used. */
  readonly errorFrame?: { readonly message: string; readonly code?: number; readonly shape?: 'current' | 'old' };
}

/** Any HTTP answer: a refusal, a gateway's page, a rate limit. */
export interface Reply extends Delivery {
  readonly kind: 'reply';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it stands, or a value sent as JSON. */
  readonly body?: unknown;
}

/** Bytes of one's own with status 200. */
export interface Raw extends Delivery {
  readonly kind: 'raw';
  readonly bytes: string | Uint8Array;
  /** Default `text/event-stream; charset=utf-8`. */
  readonly contentType?: string;
}

/** Bytes without end, for limits in memory: a line that never ends, or events for ever. Sent as fast as they are read. */
export interface Endless {
  readonly kind: 'endless';
  readonly of: 'line' | 'events';
}

export type Step = Answer | Reply | Raw | Endless;

/** An answer computed from the request. One that throws is answered with a 500, and `assertDone` tells it. */
export type StepFunction = (request: RecordedRequest) => Step;

/** As `StepFunction`; undefined leaves the request without an answer, which `assertDone` throws. */
export type Responder = (request: RecordedRequest) => Step | undefined;

/** A request as the fake received it. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; undefined when there was none or it was not JSON. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly rawBody: string;
  /** Whether the client left before the answer's end. False while the exchange goes on: `ended` waits for that. */
  readonly aborted: boolean;
  /** Resolves when the exchange is over: `aborted` when the client left before the answer's end. Never rejects. */
  readonly ended: Promise<'answered' | 'aborted'>;
}

/** What the model says. */
export function answer(spec: Omit<Answer, 'kind'>): Answer {
  return { kind: 'answer', ...spec };
}

export function reply(spec: Omit<Reply, 'kind'>): Reply {
  return { kind: 'reply', ...spec };
}

export function raw(spec: Omit<Raw, 'kind'>): Raw {
  return { kind: 'raw', ...spec };
}

export function endless(of: Endless['of']): Endless {
  return { kind: 'endless', of };
}
