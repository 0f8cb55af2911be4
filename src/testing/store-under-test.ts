// Owns what a store must bring to be tested. The claims are left to `store-conformance.ts`.

import type { Store } from '../session/store.ts';

export interface StoreUnderTest {
  /** A place without a store: the name of a file, of a schema, of a bucket. */
  readonly createPlace: () => string | Promise<string>;
  /** Opens the store in a place. The suite closes it. */
  readonly open: (place: string) => Promise<Store>;
  /**
   * The program and arguments of a process that calls `serveStore` for the store in a place. Left out: crashes and several processes are
   * not tested, so the store must be neither durable nor shared.
   */
  readonly command?: (place: string) => readonly string[];
  /** Makes the disk of an open store full, until the returned function is called. Left out: that is not tested. */
  readonly fillDisk?: (store: Store) => () => void;
}

/** A claim about an open, empty store. */
export type StoreClaim = (store: Store) => Promise<void>;
