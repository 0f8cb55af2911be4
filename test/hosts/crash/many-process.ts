// Owns the program of the ten runs. It reports each event with a byte, so that its parent can kill it between any two.

import { openStore } from '../../../src/index.ts';
import type { ManySetting } from './many-jobs.ts';
import { runMany } from './many-jobs.ts';

export type ManyOrder = Omit<ManySetting, 'store' | 'onEvent'> & {
  readonly path: string;
};

const { path, ...setting } = JSON.parse(process.argv[2] ?? '') as ManyOrder;
const store = await openStore({ path });
await runMany({ ...setting, store, onEvent: () => process.stdout.write('.') });
await store.close();
