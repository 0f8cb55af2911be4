// Owns the public `openStore`: a store in the file that is named, else in the one that programs share.

import type { StoreReport } from '../session/check-store.ts';
import { checkStoreFile } from '../session/check-store.ts';
import type { EmbeddedStoreOptions } from '../session/embedded-store.ts';
import { openStore as openStoreIn } from '../session/open-store.ts';
import type { Store } from '../session/store.ts';
import { readEnvironment, storeFile } from './environment.ts';

export interface OpenStoreOptions extends Omit<EmbeddedStoreOptions, 'path'> {
  /** The file. Default: `store.db` in the folder `VLLM_AGENTS_HOME`, else where the platform keeps the state of programs. */
  readonly path?: string;
}

/** Opens a store in a file; several processes may do so at once. Rejects with a StoreError. Whoever opens it closes it. */
export async function openStore(options: OpenStoreOptions = {}): Promise<Store> {
  const { path = storeFile(readEnvironment()), ...rest } = options;
  return await openStoreIn({ ...rest, path });
}

/** Says whether the file of a store is whole. Rejects with a StoreError when there is none, or when it is of a later version. */
export async function checkStore(path: string = storeFile(readEnvironment())): Promise<StoreReport> {
  return await checkStoreFile({ path });
}
