// Owns handing out one by one what arrives in batches. An async generator would take several microtasks a value; this takes one a value.

interface Batches<T> {
  /** Resolves to the next values, never to none, or to undefined at the end. Called again only once it has resolved. */
  readonly next: () => Promise<readonly T[] | undefined>;
  /** What to give, as the last value, instead of throwing what `next` threw; undefined: it is thrown. */
  readonly lastFor?: (error: unknown) => T | undefined;
  /** Called once: at the end, after a failure, and when the consumer leaves. */
  readonly close: () => Promise<void> | void;
}

const NONE: readonly never[] = [];

/** Calls made before the previous one is answered are answered in order, as those of a generator are. */
export class BatchedIterator<T> implements AsyncGenerator<T, void, undefined> {
  readonly #batches: Batches<T>;
  #batch: readonly T[] = NONE;
  #at = 0;
  #state: 'open' | 'failed' | 'over' = 'open';
  /** Calls not yet answered. */
  #pending = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(batches: Batches<T>) {
    this.#batches = batches;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#pending === 0 && this.#at < this.#batch.length) return Promise.resolve(this.#take());
    return this.#enqueue(() => this.#step());
  }

  /** Waits for a `next` under way. */
  return(): Promise<IteratorResult<T, void>> {
    return this.#enqueue(() => this.#leave());
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    return this.#enqueue(() => this.#leave({ error }));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** `answer` counts itself out of those pending. */
  #enqueue(answer: () => Promise<IteratorResult<T, void>>): Promise<IteratorResult<T, void>> {
    const result = this.#pending++ === 0 ? answer() : this.#tail.then(answer, answer);
    this.#tail = result;
    return result;
  }

  async #step(): Promise<IteratorResult<T, void>> {
    try {
      if (this.#at >= this.#batch.length && this.#state === 'open') {
        this.#batch = (await this.#batches.next()) ?? NONE;
        this.#at = 0;
      }
      return this.#at < this.#batch.length ? this.#take() : await this.#end();
    } catch (error) {
      // What `close` throws has no value in its place.
      const last = this.#state === 'over' ? undefined : this.#batches.lastFor?.(error);
      if (last !== undefined) {
        this.#state = 'failed';
        return { done: false, value: last };
      }
      await this.#end();
      throw error;
    } finally {
      this.#pending--;
    }
  }

  async #leave(thrown?: { readonly error: unknown }): Promise<IteratorResult<T, void>> {
    try {
      const end = await this.#end();
      if (thrown !== undefined) throw thrown.error;
      return end;
    } finally {
      this.#pending--;
    }
  }

  #take(): IteratorResult<T, void> {
    const value = this.#batch[this.#at++] as T; // the callers check that there is one
    // Not held until the next batch comes: what thousands of slow streams hold while they wait grows old, and old garbage is expensive.
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
