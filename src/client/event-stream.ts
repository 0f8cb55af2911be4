// Owns the consumer's side of a streamed answer: open, iterate once, cancel, convert, and one terminal event.
// Which events there are is left to the kinds of stream.

import type { ErrorEvent } from '../core/stream-event.ts';
import { VllmError } from '../core/vllm-error.ts';
import { BatchedIterator } from '../flow/batched-iterator.ts';
import { cancelled } from './deadline.ts';
import type { ReadEvents } from './decode-events.ts';
import { ClientMisuseError } from './errors.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { PendingAnswer } from './transport.ts';

interface EventStreamParts<Event> {
  /** Sends the request. */
  readonly send: () => PendingAnswer;
  /** Gives a function that reads the answer's events, in batches. */
  readonly decode: (answer: HttpAnswer) => ReadEvents<Event>;
}

/**
 * A streamed answer, to be iterated once. Leaving the loop early cancels the request, so that vLLM stops generating.
 * Iterating does not throw when the server or the network fails: the failure is the last event, of type `error`.
 */
export class EventStream<Event> implements AsyncIterable<Event | ErrorEvent> {
  readonly #parts: EventStreamParts<Event>;
  #pending: PendingAnswer | undefined;
  #isAborted = false;
  #isTaken = false;

  /** Made by the client. */
  constructor(parts: EventStreamParts<Event>) {
    this.#parts = parts;
  }

  /**
   * Sends the request and waits until the server accepts it; throws when it does not. Without it, the first step of
   * the iteration does so and gives the failure as `error` event.
   */
  async open(): Promise<this> {
    await this.#send();
    return this;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event | ErrorEvent, void, undefined> {
    if (this.#isTaken) {
      const message = 'This stream has been consumed: it can be iterated once. Send the request again for a new one.';
      throw new ClientMisuseError(message, { code: 'stream_consumed' });
    }
    this.#isTaken = true;
    return this.#events();
  }

  /** Cancels the request; the iteration ends with an `error` event that holds an AbortError. */
  abort(): void {
    this.#isAborted = true;
    this.#pending?.cancel();
  }

  /** The same events as a web stream; cancelling it cancels the request. */
  toReadableStream(): ReadableStream<Event | ErrorEvent> {
    const events = this[Symbol.asyncIterator]();
    return new ReadableStream<Event | ErrorEvent>({
      async pull(controller) {
        const { done, value } = await events.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        // First the request: otherwise a pending `next` would delay the return until the server sends again.
        this.abort();
        await events.return();
      },
    });
  }

  #send(): Promise<HttpAnswer> {
    if (this.#isAborted && this.#pending === undefined) throw cancelled();
    this.#pending ??= this.#parts.send();
    return this.#pending.answer;
  }

  #events(): AsyncGenerator<Event | ErrorEvent, void, undefined> {
    let answer: HttpAnswer | undefined;
    let read: ReadEvents<Event> | undefined;
    const begin: ReadEvents<Event> = async () => {
      answer = await this.#send();
      read = this.#parts.decode(answer);
      return read();
    };
    return new BatchedIterator<Event | ErrorEvent>({
      next: () => (read ?? begin)(),
      // Anything else is a bug in this program or in a listener: it is thrown.
      lastFor: (error) => (error instanceof VllmError ? { type: 'error', error } : undefined),
      close: () => answer?.close(),
    });
  }
}
