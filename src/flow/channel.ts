// Owns handing values from a giver to a consumer, with back-pressure. What the values are is left to both.

export interface Channel<T> {
  /** Hands a value over. It never blocks: the producer waits for `ready` when it can. */
  readonly push: (value: T) => void;
  /** A promise while the consumer is behind by the capacity or more: wait for it before you push more. */
  readonly ready: () => Promise<void> | undefined;
  /** Lets a consumer that is behind, and not waiting for anything else, catch up; undefined when none is behind. */
  readonly letCatchUp: () => Promise<void> | undefined;
  /** No more values follow; the consumer gets those that wait. */
  readonly end: () => void;
  /** The consumer has left: values are dropped from now on and the producer never waits. */
  readonly discard: () => void;
  /** Whether the producer has ended and all values were taken. */
  readonly isEnded: () => boolean;
  /** Resolves to all values that wait, once there is one; to undefined after the last. One call at a time. */
  readonly take: () => Promise<readonly T[] | undefined>;
}

/** Holds `capacity` values before it asks the producer to wait. */
export function createChannel<T>(capacity: number): Channel<T> {
  let buffer: T[] = [];
  let state: 'open' | 'ended' | 'discarded' = 'open';
  let consumer: ((values: readonly T[] | undefined) => void) | undefined;
  let room: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  /** Hands the values that wait to a consumer that waits. */
  function serve(): void {
    if (consumer === undefined || (buffer.length === 0 && state === 'open')) return;
    const give = consumer;
    consumer = undefined;
    const values = buffer.splice(0); // for the reason in the client's `Wire.take`
    makeRoom();
    give(values.length === 0 ? undefined : values);
  }

  function makeRoom(): void {
    room?.open();
    room = undefined;
  }

  function push(value: T): void {
    if (state !== 'open') return;
    buffer.push(value);
    serve();
  }

  function ready(): Promise<void> | undefined {
    if (state !== 'open' || buffer.length < capacity) return undefined;
    room ??= gate();
    return room.promise;
  }

  function take(): Promise<readonly T[] | undefined> {
    return new Promise((resolve) => {
      consumer = resolve;
      serve();
    });
  }

  function letCatchUp(): Promise<void> | undefined {
    const isBehind = state === 'open' && consumer === undefined;
    return isBehind ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  }

  return {
    push,
    ready,
    letCatchUp,
    end: () => {
      if (state === 'open') state = 'ended';
      serve();
    },
    discard: () => {
      state = 'discarded';
      buffer = [];
      serve();
      makeRoom();
    },
    take,
    isEnded: () => state === 'ended' && buffer.length === 0,
  };
}

function gate(): { promise: Promise<void>; open: () => void } {
  let open = (): void => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
