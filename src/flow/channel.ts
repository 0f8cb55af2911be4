// Owns handing values from a producer to a consumer, with back-pressure. What the values are is left to both.

/** Holds `capacity` values before it asks the producer to wait. */
export class Channel<T> {
  readonly #capacity: number;
  readonly #buffer: T[] = [];
  #state: 'open' | 'ended' | 'discarded' = 'open';
  #consumer: ((values: readonly T[] | undefined) => void) | undefined;
  #room: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether the producer has ended and all values were taken. */
  get isEnded(): boolean {
    return this.#state === 'ended' && this.#buffer.length === 0;
  }

  /** Hands a value over. It never blocks: the producer waits for `ready` when it can. */
  push(value: T): void {
    if (this.#state !== 'open') return;
    this.#buffer.push(value);
    this.#serve();
  }

  /** A promise while the consumer is behind by the capacity or more: wait for it before you push more. */
  ready(): Promise<void> | undefined {
    if (this.#state !== 'open' || this.#buffer.length < this.#capacity) return undefined;
    this.#room ??= gate();
    return this.#room.promise;
  }

  /** Lets a consumer that is behind, and not waiting for anything else, catch up; undefined when none is behind. */
  letCatchUp(): Promise<void> | undefined {
    const isBehind = this.#state === 'open' && this.#consumer === undefined;
    return isBehind ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  }

  /** No more values follow; the consumer gets those that wait. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#serve();
  }

  /** The consumer has left: values are dropped from now on and the producer never waits. */
  discard(): void {
    this.#state = 'discarded';
    this.#buffer.length = 0;
    this.#serve();
    this.#makeRoom();
  }

  /** Resolves to all values that wait, once there is one; to undefined after the last. One call at a time. */
  take(): Promise<readonly T[] | undefined> {
    return new Promise((resolve) => {
      this.#consumer = resolve;
      this.#serve();
    });
  }

  /** Hands the values that wait to a consumer that waits. */
  #serve(): void {
    if (this.#consumer === undefined || (this.#buffer.length === 0 && this.#state === 'open')) return;
    const give = this.#consumer;
    this.#consumer = undefined;
    const values = this.#buffer.splice(0); // for the reason in the client's `Wire.take`
    this.#makeRoom();
    give(values.length === 0 ? undefined : values);
  }

  #makeRoom(): void {
    this.#room?.open();
    this.#room = undefined;
  }
}

function gate(): { promise: Promise<void>; open: () => void } {
  let open = (): void => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
