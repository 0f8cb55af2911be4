// Owns the conformance suite of stores: which claims there are. They are left to `store-run-claims.ts`, `store-session-claims.ts`,
// `store-prune-claims.ts` and `store-faults.ts`.

import { expectSame } from './expect-same.ts';
import type { ConformanceCase } from './host-conformance.ts';
import { crashClaims, fullDiskClaims, processClaims } from './store-faults.ts';
import { leaseClaims } from './store-lease-claims.ts';
import { pruneClaims } from './store-prune-claims.ts';
import { runClaims } from './store-run-claims.ts';
import { sessionClaims } from './store-session-claims.ts';
import type { StoreClaim, StoreUnderTest } from './store-under-test.ts';

/**
 * The claims that a store must meet, also when its process dies between any two writes, when its disk is full, and when several processes
 * use it.
 *
 * `for (const { name, check } of storeConformance(myStore)) test(name, check);`
 */
export function storeConformance(target: StoreUnderTest): readonly ConformanceCase[] {
  const plain: Readonly<Record<string, StoreClaim>> = {
    ...runClaims,
    ...leaseClaims,
    ...sessionClaims,
    ...pruneClaims,
    'its capabilities are those that are tested': async ({ capabilities }) => {
      const isTested = target.command !== undefined;
      expectSame('the capabilities', { isDurable: isTested, isShared: isTested }, capabilities);
    },
  };
  const faults = {
    ...(target.command && { ...crashClaims, ...processClaims }),
    ...(target.fillDisk && fullDiskClaims),
  };
  return [
    ...Object.entries(plain).map(([name, claim]) => ({ name, check: () => checkOpened(target, claim) })),
    ...Object.entries(faults).map(([name, claim]) => ({ name, check: () => claim(target) })),
  ];
}

async function checkOpened(target: StoreUnderTest, claim: StoreClaim): Promise<void> {
  const store = await target.open(await target.createPlace());
  try {
    await claim(store);
  } finally {
    await store.close();
  }
}
