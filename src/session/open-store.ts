// Owns opening the store in one SQLite file. The store itself is in `embedded-store.ts`, loaded with the first that is opened: most programs
// store nothing.

import type { DatabaseName, OpenDatabase } from './sqlite/database.ts';
import type { Store } from './store.ts';

export interface EmbeddedStoreOptions {
  /** The file. It and its folder are created, readable by their owner alone. */
  readonly path: string;
  /** The SQLite library, by name or as a function that opens a file. Default: Node's own where Node has it, else `libsql`. */
  readonly database?: DatabaseName | OpenDatabase;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Opens a store in a file; several processes may do so at once. Rejects with a StoreError. Whoever opens it closes it. */
export async function openStore(options: EmbeddedStoreOptions): Promise<Store> {
  const { openEmbeddedStore } = await import('./embedded-store.ts');
  return await openEmbeddedStore(options);
}
