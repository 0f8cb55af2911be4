// Owns one request on a dispatcher: the head of its answer, its body in pieces on demand, its end.
// Limits in time, and what any of it means, are left to the transport.
// undici's `dispatch` and not its `request`: the stream that `request` makes of each answer is a quarter of a short exchange.

import type { Dispatcher } from 'undici';

/** What requests are sent with: a dispatcher of undici 7 or later, or anything else with its `dispatch`. */
export interface RequestDispatcher {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean;
}

export interface Head {
  readonly status: number;
  /** Names in lower case; repeated headers joined. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Bytes that may wait to be read before the server has to wait. */
const MAX_WAITING_BYTES = 128 * 1024;

/** One exchange. Its owner reads it to its end, drains it, or aborts it. */
export class Wire implements Dispatcher.DispatchHandler {
  /** Rejects with undici's error, or with the reason of `abort`. */
  readonly head: Promise<Head>;
  readonly #resolveHead: (head: Head) => void;
  readonly #rejectHead: (reason: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #pieces: Uint8Array[] = [];
  #waitingBytes = 0;
  #state: 'open' | 'ended' | 'failed' = 'open';
  #failure: unknown;
  #isDropping = false;
  #wake: (() => void) | undefined;

  constructor(dispatcher: RequestDispatcher, options: Dispatcher.DispatchOptions) {
    let resolveHead: (head: Head) => void = () => {};
    let rejectHead: (reason: unknown) => void = () => {};
    this.head = new Promise((resolve, reject) => {
      resolveHead = resolve;
      rejectHead = reject;
    });
    this.#resolveHead = resolveHead;
    this.#rejectHead = rejectHead;
    dispatcher.dispatch(options, this);
  }

  /** Whether nothing more will come. */
  get isOver(): boolean {
    return this.#state !== 'open';
  }

  /** Whether `take` has pieces, a failure or the end to report. */
  get isReady(): boolean {
    return this.#pieces.length > 0 || this.isOver;
  }

  /** Resolves once there is something to take. One call at a time, and only while there is nothing. */
  whenReady(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** All pieces that have arrived; undefined at the end. Throws a failure only after the pieces before it were taken. */
  take(): readonly Uint8Array[] | undefined {
    if (this.#pieces.length === 0) {
      if (this.#state === 'failed') throw this.#failure;
      return undefined;
    }
    // `splice`, not a fresh array in its place: when many of those survive a scavenge, V8 allocates all further ones in old space,
    // where each dead one keeps its elements alive.
    const pieces = this.#pieces.splice(0);
    this.#waitingBytes = 0;
    if (this.#controller?.paused) this.#controller.resume();
    return pieces;
  }

  /** Drops the rest of the body, so that the connection can serve the next request; after the timeout drops the connection too. */
  async drain(timeoutMs: number): Promise<void> {
    if (this.isOver) return;
    this.#isDropping = true;
    this.#pieces = [];
    if (this.#controller?.paused) this.#controller.resume();
    const timer = setTimeout(() => this.abort(new Error('the body did not end in time')), timeoutMs);
    await this.whenReady();
    clearTimeout(timer);
  }

  /** Ends the exchange at once and drops its connection. Does nothing once it is over. */
  abort(reason: Error): void {
    if (this.isOver) return;
    this.#pieces = [];
    this.#fail(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Aborted while it waited for a connection.
    if (this.#state === 'failed') controller.abort(this.#failure as Error); // only `abort` ends it before its start
  }

  onResponseStart(_controller: unknown, status: number, headers: Readonly<Record<string, string | string[]>>): void {
    if (status >= 200) this.#resolveHead({ status, headers: joined(headers) });
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    if (this.#isDropping) return;
    this.#pieces.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) controller.pause();
    this.#notify();
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    this.#state = 'ended';
    this.#notify();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (!this.isOver) this.#fail(error);
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #fail(reason: unknown): void {
    this.#state = 'failed';
    this.#failure = reason;
    this.#rejectHead(reason); // does nothing when the head has come
    this.#notify();
  }
}

function joined(headers: Readonly<Record<string, string | string[]>>): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) all[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return all;
}
