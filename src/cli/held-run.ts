// Owns waiting for a run that another process holds: until its lease ends, or until it is clear that the process lives. Opening the run is
// left to the host.

import { setTimeout as wait } from 'node:timers/promises';
import type { Store } from '../session/store.ts';
import { StoreError } from '../session/store-error.ts';
import { isDead } from '../setup/process-name.ts';
import type { Io } from './io.ts';
import { styled } from './styled.ts';

const POLL_MS = 250;

/** Rejects with `run_busy` when its process renews the lease, and with the reason of the signal. */
export async function untilFree(store: Store, runId: string, { err, signal }: Io): Promise<void> {
  const first = await store.readRun(runId);
  if (first === undefined || first.owner === null || isDead(first.owner)) return;
  err.write(styled`The run ${runId} is held by ${first.owner}: waiting for it to end, or for its lease to run out.\n`);
  for (;;) {
    await wait(POLL_MS, undefined, { signal });
    const run = await store.readRun(runId);
    if (run === undefined || run.owner === null) return;
    if (run.leaseUntil === first.leaseUntil && run.owner === first.owner) continue;
    throw new StoreError('run_busy', `The run ${runId} is under way in another process: ${run.owner} holds it.`);
  }
}
