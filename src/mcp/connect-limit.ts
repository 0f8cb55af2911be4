// Owns the one time limit of getting a server ready, from its start to the last page of its list, and its end when nobody waits any more.

import { setMaxListeners } from 'node:events';
import { MAX_TIMER_MS } from '../core/timers.ts';

/** The time is over. */
export class TooLate extends Error {
  constructor(timeoutMs: number) {
    super(`the server was not ready within ${timeoutMs} ms (\`connectTimeoutMs\`)`);
    this.name = 'TooLate';
  }
}

/** A running limit. Whoever starts it stops it. */
export interface ConnectLimit {
  /** Aborted with a TooLate when the time is over, or when the outer signal is. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Waits for a person, which is no fault of the server: then it has its full time again. */
  readonly pause: <T>(wait: () => Promise<T>) => Promise<T>;
  readonly stop: () => void;
}

export function startConnectLimit(timeoutMs: number, outer: AbortSignal): ConnectLimit {
  const controller = new AbortController();
  // Not 0, which stands for the same: Node 20 does not read it back.
  setMaxListeners(Number.POSITIVE_INFINITY, controller.signal);
  const onAbort = (): void => controller.abort(outer.reason);
  const start = (): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new TooLate(timeoutMs)), Math.min(timeoutMs, MAX_TIMER_MS));
  let timer = start();
  outer.addEventListener('abort', onAbort);
  if (outer.aborted) onAbort();
  return {
    signal: controller.signal,
    timeoutMs,
    pause: async (wait) => {
      clearTimeout(timer);
      try {
        return await wait();
      } finally {
        timer = start();
      }
    },
    stop: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}

/** The value of a promise, or the reason of the signal if that comes first. The promise keeps its owner. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    aborted.catch(() => undefined);
    promise.catch(() => undefined);
  }
}
