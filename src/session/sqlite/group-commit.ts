// Owns group commit: all writes that are requested in one tick are one transaction, so that many runs share one sync of the disk.

import { StoreError } from '../store-error.ts';
import type { Connection } from './connection.ts';

/** A write that has been requested, and whose promise waits. */
interface Write {
  /** Throws a StoreError only before it has changed anything: the others of the transaction are kept. */
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of one write in a transaction. */
type Written = { readonly value: unknown } | { readonly refused: StoreError };

export class GroupCommit {
  readonly #connection: Connection;
  #queue: Write[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Resolves when the write is on the disk. */
  write<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) setImmediate(() => this.flush());
      this.#queue.push({ work, resolve: (value) => resolve(value as T), reject }); // it is what `work` returned
    });
  }

  /** Writes what waits. Never throws: each write has its own promise. */
  flush(): void {
    const writes = this.#queue;
    this.#queue = [];
    if (writes.length > 0 && !this.#commit(writes)) {
      // One write that the database does not take must not fail the others.
      for (const write of writes) this.#commit([write]);
    }
  }

  /** Returns false when the transaction failed and may succeed in parts. */
  #commit(writes: readonly Write[]): boolean {
    let written: readonly Written[];
    try {
      written = this.#connection.transaction(() => writes.map(attempt));
    } catch (error) {
      const isOver = writes.length === 1 || (error instanceof StoreError && error.code === 'store_busy');
      if (isOver) for (const { reject } of writes) reject(error);
      return isOver;
    }
    for (const [at, write] of writes.entries()) {
      const one = written[at];
      if (one !== undefined && 'refused' in one) write.reject(one.refused);
      else write.resolve(one?.value);
    }
    return true;
  }
}

function attempt({ work }: Write): Written {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof StoreError) return { refused: error };
    throw error;
  }
}
