// Owns the CPU of each turn of a run, whoever does it: undici, which Node's own fetch is too, tells of each request that it makes.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';

const CHANNEL = 'undici:request:create';

/** Milliseconds of CPU from each request for an answer to the next; the last turn, which has no next one, is left out. */
export async function cpuOfTurns(loop: () => Promise<unknown>): Promise<readonly number[]> {
  const turns: number[] = [];
  let last: NodeJS.CpuUsage | undefined;
  const onRequest = (message: unknown): void => {
    const { request } = message as { readonly request: { readonly method: string } }; // as undici documents this channel
    if (request.method !== 'POST') return;
    if (last !== undefined) {
      const { user, system } = process.cpuUsage(last);
      turns.push((user + system) / 1000);
    }
    last = process.cpuUsage();
  };
  subscribe(CHANNEL, onRequest);
  try {
    await loop();
  } finally {
    unsubscribe(CHANNEL, onRequest);
  }
  return turns;
}
