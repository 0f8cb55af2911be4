// Owns the claim that the embedded host meets the contract of hosts that record, on each SQLite library that this Node has.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import type { DatabaseName, Store } from '../../src/index.ts';
import { createEmbeddedHost, openStore } from '../../src/index.ts';
import type { HostUnderTest, RecordedRun } from '../../src/testing/index.ts';
import { hostConformance } from '../../src/testing/index.ts';
import { DATABASES } from '../session/databases.ts';

let folder = '';
let files = 0;
const opened: Store[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hosts-'));
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The id of the runs that the suite plays. */
const RUN_ID = 'played-run';

async function recordedRun(
  database: DatabaseName,
  steps: Awaited<ReturnType<Store['readSteps']>>,
  onRecord = () => {},
) {
  const store = await openStore({ path: join(folder, `${files++}.db`), database });
  opened.push(store);
  const recordStep: Store['recordStep'] = async (...recorded) => {
    // Not after it: what happens meanwhile is not recorded.
    onRecord();
    await store.recordStep(...recorded);
  };
  await store.createRun({ runId: RUN_ID, agent: 'tested', input: [] });
  const lease = await store.claimRun(RUN_ID, { owner: 'a process that died', leaseMs: 0 });
  for (const step of steps) if (lease !== undefined) await store.recordStep(lease, step);
  const host = createEmbeddedHost({ ...store, capabilities: store.capabilities, recordStep });
  const { options } = await host.openRun({ runId: RUN_ID, agent: 'tested', input: [] });
  const recorded = async (): ReturnType<Store['readSteps']> => {
    // What may wait is written with the next write.
    await store.renewLeases([], 0);
    return await store.readSteps(RUN_ID);
  };
  const run: RecordedRun = {
    host: options.host,
    keys: async () => (await recorded()).map(({ key }) => key),
    prefix: async (length) => await recordedRun(database, (await recorded()).slice(0, length)),
  };
  return run;
}

describe.each(DATABASES)('on %s', (database) => {
  const target: HostUnderTest = { open: (onRecord) => recordedRun(database, [], onRecord) };

  test.each(hostConformance(target).map(({ name, check }) => [name, check] as const))(
    '%s',
    async (_, check) => await check(),
  );
});
