// Owns handing values from a giver to a consumer, with back-pressure. What the values are is left to both.

import type { Next } from './batched-iterator.ts';

export interface Channel<T> {
  /** Gives a value. Never blocks: a giver waits for `ready` when it can. */
  readonly push: (value: T) => void;
  /** A promise while the consumer is behind by more than the capacity: wait for it before giving more. */
  readonly ready: () => Promise<void> | undefined;
  /** Lets a consumer that is behind, and not waiting for anything else, catch up; undefined when none is behind. */
  readonly letCatchUp: () => Promise<void> | undefined;
  /** No more values; the consumer gets what is left. */
  readonly end: () => void;
  /** The consumer is gone: values are dropped from now on and nobody waits. */
  readonly discard: () => void;
  /** Whether the giver has ended and all values were taken. */
  readonly isEnded: () => boolean;
  /** Gives all values that wait, once there is one; undefined after the last. */
  readonly take: Next<T>;
}

/** Room for `capacity` values before the giver is asked to wait. */
export function createChannel<T>(capacity: number): Channel<T> {
  let buffer: T[] = [];
  let state: 'open' | 'ended' | 'discarded' = 'open';
  let consumer: ((values: readonly T[] | undefined) => void) | undefined;
  let room: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  /** Gives what there is to a consumer that waits. */
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

  function take(give: (values: readonly T[] | undefined) => void): void {
    consumer = give;
    serve();
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
