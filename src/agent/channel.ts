// Owns handing events from the loop to the consumer of a run, with back-pressure. What the events are is left to both.

export interface Channel<T> {
  /** Gives a value; a promise means that the consumer is behind and the giver should wait. */
  readonly push: (value: T) => Promise<void> | undefined;
  /** Lets a consumer that is behind, and not waiting for anything else, catch up; undefined when none is behind. */
  readonly letCatchUp: () => Promise<void> | undefined;
  /** No more values; the consumer gets what is left. */
  readonly end: () => void;
  /** The consumer is gone: values are dropped from now on and nobody waits. */
  readonly discard: () => void;
  /** Whether the giver has ended and all values were taken. */
  readonly isEnded: () => boolean;
  /** All values that wait, once there is one; undefined after the last. */
  readonly take: () => Promise<readonly T[] | undefined>;
}

/** Room for `capacity` values before the giver is asked to wait. */
export function createChannel<T>(capacity: number): Channel<T> {
  let buffer: T[] = [];
  let state: 'open' | 'ended' | 'discarded' = 'open';
  let wakeConsumer: (() => void) | undefined;
  let room: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  function wake(): void {
    wakeConsumer?.();
    wakeConsumer = undefined;
  }

  function makeRoom(): void {
    room?.open();
    room = undefined;
  }

  function push(value: T): Promise<void> | undefined {
    if (state !== 'open') return undefined;
    buffer.push(value);
    wake();
    if (buffer.length < capacity) return undefined;
    room ??= gate();
    return room.promise;
  }

  async function take(): Promise<readonly T[] | undefined> {
    while (buffer.length === 0) {
      if (state !== 'open') return undefined;
      await new Promise<void>((resolve) => {
        wakeConsumer = resolve;
      });
    }
    const values = buffer;
    buffer = [];
    makeRoom();
    return values;
  }

  function letCatchUp(): Promise<void> | undefined {
    const isBehind = state === 'open' && wakeConsumer === undefined;
    return isBehind ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  }

  return {
    push,
    letCatchUp,
    end: () => {
      if (state === 'open') state = 'ended';
      wake();
    },
    discard: () => {
      state = 'discarded';
      buffer = [];
      wake();
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
