// Owns a client whose clock the test moves, before a server that the test answers for.

import { expect, vi } from 'vitest';
import type { ClientOptions } from '../../src/index.ts';
import { VllmClient } from '../../src/index.ts';
import type { ManualServer } from './manual-server.ts';
import { startManualServer } from './manual-server.ts';

/** No limit in time and no retry. */
export const NO_LIMITS = { firstByteTimeoutMs: 0, idleTimeoutMs: 0, timeoutMs: 0, totalTimeoutMs: 0, maxRetries: 0 };

export interface Timed extends AsyncDisposable {
  readonly server: ManualServer;
  readonly client: VllmClient;
}

/** A server that the test answers for, and a client whose clock the test moves. */
export async function timed(options: ClientOptions): Promise<Timed> {
  const server = await startManualServer();
  const client = new VllmClient(server.baseUrl, { ...NO_LIMITS, ...options });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      vi.useRealTimers();
      await server[Symbol.asyncDispose]();
      await client.close();
    },
  };
}

/** Claims that the promise is pending until the clock has moved on by `ms`, and gives what it settles to. */
export async function settlesAfter<T>(ms: number, promise: Promise<T>): Promise<T> {
  await advance(ms - 1);
  expect(await Promise.race([promise.then(() => 'settled'), nextTurn('pending')])).toBe('pending');
  await advance(1);
  return await promise;
}

export async function advance(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await nextTurn(undefined);
}

function nextTurn<T>(value: T): Promise<T> {
  return new Promise((resolve) => setImmediate(resolve, value));
}
