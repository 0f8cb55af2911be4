// Owns reading one answer of the server: its body under the limits of time and size, its end. Attempts and error answers are left to
// `transport.ts`, what the body means to the caller.

import type { Attempt } from './connection-error.ts';
import { errorFromBody, targetOf } from './connection-error.ts';
import type { Deadline } from './deadline.ts';
import { ParseError } from './errors.ts';
import type { SizeLimits, TimeLimits } from './limits.ts';
import { STREAM_FIRST_BYTE_MS, WHOLE_FIRST_BYTE_MS } from './limits.ts';
import type { Head, Wire } from './wire.ts';

/** One exchange whose head has arrived. */
interface Exchange {
  readonly wire: Wire;
  readonly head: Head;
  readonly attempt: Attempt;
  /** `performance.now()` when the request was sent. */
  readonly sentAtMs: number;
  /** Whether the answer is an event stream. */
  readonly isStreamed: boolean;
  readonly settings: TimeLimits & SizeLimits;
  /** The answer disposes of it. */
  readonly deadline: Deadline;
}

/** How long the server may take to begin: it sends nothing while a request is queued, nor before the end of an answer that is not streamed. */
export function firstByteLimitMs({ isStreamed, settings }: Pick<Exchange, 'isStreamed' | 'settings'>): number {
  return settings.firstByteTimeoutMs ?? (isStreamed ? STREAM_FIRST_BYTE_MS : WHOLE_FIRST_BYTE_MS);
}

/** How long to wait for the end of the body after a whole answer, to keep its connection for the next request. */
const DRAIN_MS = 100;

/**
 * An answer whose body has not been read. Close or release it in the end, also when it was read to its end. A class, because an object of
 * closures would be made anew for each request.
 */
export class HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** `performance.now()` when the request was sent. */
  readonly sentAtMs: number;
  readonly #exchange: Exchange;
  #firstByteAtMs: number | null = null;
  #hasEvent = false;
  #isSilent = false;
  #lastPieceAtMs: number;

  constructor(exchange: Exchange) {
    this.status = exchange.head.status;
    this.headers = exchange.head.headers;
    this.requestId = exchange.attempt.requestId;
    this.sentAtMs = exchange.sentAtMs;
    this.#exchange = exchange;
    this.#lastPieceAtMs = exchange.sentAtMs;
  }

  /** On the clock of `sentAtMs`: when the first byte of the body arrived; null before it. */
  get firstByteAtMs(): number | null {
    return this.#firstByteAtMs;
  }

  /** The same for the last piece that was read. */
  get lastPieceAtMs(): number {
    return this.#lastPieceAtMs;
  }

  /**
   * Resolves to the pieces of the body that have arrived, once there is one; to undefined at its end. Rejects with the error that ended it.
   * The clock of the time limits stands still while the consumer works.
   */
  async read(): Promise<readonly Uint8Array[] | undefined> {
    const { wire, settings, deadline, attempt, isStreamed } = this.#exchange;
    const isFirst = this.#firstByteAtMs === null;
    if (!wire.isReady) {
      if (!isFirst) deadline.start('idle', settings.idleTimeoutMs);
      await wire.whenReady();
      if (!isFirst) deadline.stop('idle');
    }
    this.#lastPieceAtMs = performance.now();
    if (isFirst) this.#begin();
    try {
      return wire.take();
    } catch (cause) {
      throw deadline.error ?? errorFromBody(cause, isStreamed, attempt);
    }
  }

  #begin(): void {
    const { deadline, isStreamed } = this.#exchange;
    this.#firstByteAtMs = this.#lastPieceAtMs;
    deadline.stop('first_byte');
    // For a stream `timeoutMs` limits only its beginning.
    if (isStreamed) deadline.stop('call');
  }

  /**
   * Told after each read of an event stream: whether nothing but comments came since the last event. A comment shows that the connection
   * lives, so that it renews `idleTimeoutMs`; but it is no part of the answer, so that `firstByteTimeoutMs` bounds how long there may be nothing else.
   */
  setSilent(isSilent: boolean): void {
    const { deadline } = this.#exchange;
    if (isSilent !== this.#isSilent) {
      this.#isSilent = isSilent;
      if (this.#hasEvent) {
        if (isSilent) deadline.start('silent', firstByteLimitMs(this.#exchange));
        else deadline.stop('silent');
      } else {
        for (const phase of ['first_byte', 'call'] as const) {
          if (isSilent) deadline.resume(phase);
          else deadline.stop(phase);
        }
      }
    }
    this.#hasEvent ||= !isSilent;
  }

  /** The body up to a size, and whether there is more of it. */
  async collect(maxBytes: number): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let pieces = await this.read(); pieces !== undefined; pieces = await this.read()) {
      parts.push(...pieces);
      for (const piece of pieces) length += piece.length;
      if (length > maxBytes) return { bytes: Buffer.concat(parts).subarray(0, maxBytes), isCut: true };
    }
    return { bytes: Buffer.concat(parts), isCut: false };
  }

  /** The whole body as text. Throws when it is larger than `maxBodyBytes`. */
  async text(): Promise<string> {
    const { settings, attempt } = this.#exchange;
    const { bytes, isCut } = await this.collect(settings.maxBodyBytes);
    this.close();
    if (!isCut) return bytes.toString('utf8');
    const message = `${targetOf(attempt)}: the answer is larger than ${settings.maxBodyBytes} bytes (\`maxBodyBytes\`).`;
    throw new ParseError(message, { code: 'body_too_large', requestId: attempt.requestId });
  }

  /** Ends the exchange. Before the body's end it drops the connection, which makes vLLM stop generating. Idempotent. */
  close(): void {
    const { wire, deadline } = this.#exchange;
    deadline.dispose();
    if (!wire.isOver) wire.abort(new Error('the answer was closed'));
  }

  /**
   * Ends the exchange when the answer is whole but the end of its body may not have been read: reads it, for a moment, so
   * that the connection can serve the next request. Undefined: nothing was left.
   */
  release(): Promise<void> | undefined {
    this.#exchange.deadline.dispose();
    return this.drain();
  }

  /** As `release`, when a further attempt goes on under the same limits. */
  drain(): Promise<void> | undefined {
    const { wire } = this.#exchange;
    return wire.isOver ? undefined : wire.drain(DRAIN_MS);
  }
}
