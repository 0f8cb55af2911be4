// Owns a signal of its own for each request of an SDK, which never removes its listener: that would keep the request in memory as long as
// the signal.

import { setMaxListeners } from 'node:events';

interface FollowedSignal {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** Aborted with the signal, until it is released. */
export function follow(signal: AbortSignal): FollowedSignal {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  // As many requests as there are calls may wait for the same signal.
  setMaxListeners(Number.POSITIVE_INFINITY, signal);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return { signal: controller.signal, release: () => signal.removeEventListener('abort', onAbort) };
}
