// Owns giving out one by one what comes many at once. An async generator would take several steps for each; most of these take one.

/**
 * Gives the next values, never none, or undefined at the end; or says why it cannot. Calls one of the two, once, now or later, as the
 * body of a promise does: `new Promise(next)` waits for it. A promise in each layer between the wire and the consumer would cost more
 * than reading a token does.
 */
export type Next<T> = (give: (batch: readonly T[] | undefined) => void, fail: (error: unknown) => void) => void;

export interface Batches<T> {
  readonly next: Next<T>;
  /** What to give, as the last, for what `next` threw; undefined: it is thrown on. */
  readonly lastFor?: (error: unknown) => T | undefined;
  /** Called once: at the end, after a failure, and when the consumer leaves. */
  readonly close: () => Promise<void> | void;
}

const NONE: readonly never[] = [];

/** Steps asked for before the last one is answered are answered in their order, as those of a generator are. */
export class BatchedIterator<T> implements AsyncGenerator<T, void, undefined> {
  readonly #batches: Batches<T>;
  #batch: readonly T[] = NONE;
  #at = 0;
  #state: 'open' | 'failed' | 'over' = 'open';
  /** Asked for and not yet answered. */
  #steps = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(batches: Batches<T>) {
    this.#batches = batches;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#steps === 0 && this.#at < this.#batch.length) return Promise.resolve(this.#take());
    return this.#afterLast(() => this.#step());
  }

  /** Waits for a step under way. */
  return(): Promise<IteratorResult<T, void>> {
    return this.#afterLast(() => this.#leave());
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    return this.#afterLast(async () => {
      await this.#leave();
      throw error;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #afterLast(work: () => Promise<IteratorResult<T, void>>): Promise<IteratorResult<T, void>> {
    const isFirst = this.#steps === 0;
    this.#steps++;
    const result = isFirst ? work() : this.#tail.then(work, work);
    this.#tail = result;
    return result;
  }

  #step(): Promise<IteratorResult<T, void>> {
    if (this.#at < this.#batch.length || this.#state !== 'open') return this.#stepOn();
    return new Promise((resolve) => {
      this.#batches.next(
        (batch) => resolve(batch === undefined ? this.#leave() : this.#begin(batch)),
        (error) => resolve(this.#fail(error)),
      );
    });
  }

  /** Without asking for a batch. */
  async #stepOn(): Promise<IteratorResult<T, void>> {
    if (this.#at >= this.#batch.length) return await this.#leave();
    this.#steps--;
    return this.#take();
  }

  #begin(batch: readonly T[]): IteratorResult<T, void> {
    this.#batch = batch;
    this.#at = 0;
    this.#steps--;
    return this.#take();
  }

  async #leave(): Promise<IteratorResult<T, void>> {
    try {
      return await this.#end();
    } finally {
      this.#steps--;
    }
  }

  async #fail(error: unknown): Promise<IteratorResult<T, void>> {
    const last = this.#batches.lastFor?.(error);
    if (last === undefined) {
      await this.#leave();
      throw error;
    }
    this.#state = 'failed';
    this.#steps--;
    return { done: false, value: last };
  }

  #take(): IteratorResult<T, void> {
    const value = this.#batch[this.#at++] as T; // the callers look whether there is one
    // Not held until the next batch comes: what waits with thousands of slow streams would grow old, and old garbage is the dear one.
    if (this.#at === this.#batch.length) this.#batch = NONE;
    return { done: false, value };
  }

  async #end(): Promise<IteratorResult<T, void>> {
    this.#batch = NONE;
    if (this.#state !== 'over') {
      this.#state = 'over';
      await this.#batches.close();
    }
    return { done: true, value: undefined };
  }
}
