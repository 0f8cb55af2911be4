// Owns giving out one by one what comes many at once. An async generator would take several steps for each; most of these take one.

export interface Batches<T> {
  /** The next, never empty; undefined at the end. */
  readonly next: () => Promise<readonly T[] | undefined>;
  /** Called once: at the end, after a failure, and when the consumer leaves. */
  readonly close: () => void;
}

/** Steps asked for before the last one is answered are answered in their order, as those of a generator are. */
export class BatchedIterator<T> implements AsyncGenerator<T, void, undefined> {
  readonly #batches: Batches<T>;
  #batch: readonly T[] = [];
  #at = 0;
  #isOver = false;
  #pending: Promise<unknown> | undefined;

  constructor(batches: Batches<T>) {
    this.#batches = batches;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#pending === undefined && this.#at < this.#batch.length) return Promise.resolve(this.#take());
    return this.#queue(() => this.#step());
  }

  /** Waits for a step under way. */
  return(): Promise<IteratorResult<T, void>> {
    return this.#queue(async () => this.#end());
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    return this.#queue(async () => {
      this.#end();
      throw error;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #queue(work: () => Promise<IteratorResult<T, void>>): Promise<IteratorResult<T, void>> {
    const result = this.#pending === undefined ? work() : this.#pending.then(work);
    const settled = result.then(clear, clear);
    this.#pending = settled;
    const self = this;
    function clear(): void {
      if (self.#pending === settled) self.#pending = undefined;
    }
    return result;
  }

  async #step(): Promise<IteratorResult<T, void>> {
    if (this.#at < this.#batch.length) return this.#take();
    if (this.#isOver) return { done: true, value: undefined };
    try {
      const batch = await this.#batches.next();
      if (batch === undefined) return this.#end();
      this.#batch = batch;
      this.#at = 0;
      return this.#take();
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #take(): IteratorResult<T, void> {
    const value = this.#batch[this.#at++] as T; // the callers look whether there is one
    return { done: false, value };
  }

  #end(): IteratorResult<T, void> {
    this.#batch = [];
    if (!this.#isOver) {
      this.#isOver = true;
      this.#batches.close();
    }
    return { done: true, value: undefined };
  }
}
