// Owns opening the store in one SQLite file. The store itself is in `embedded-store.ts`, loaded with the first that is opened: most programs
// store nothing.

import type { EmbeddedStoreOptions } from './embedded-store.ts';
import type { Store } from './store.ts';

/** Opens a store in a file; several processes may do so at once. Rejects with a StoreError. Whoever opens it closes it. */
export async function openStore(options: EmbeddedStoreOptions): Promise<Store> {
  const { openEmbeddedStore } = await import('./embedded-store.ts');
  return await openEmbeddedStore(options);
}
