// Owns group commit: all writes that are requested in one tick are one transaction, so that many runs share one sync of the disk, and
// what nobody waits for shares it with what comes next.

import { StoreError } from '../store-error.ts';
import type { Connection } from './connection.ts';

/** A write that has been requested, and whose promise waits. */
interface Write {
  /** Throws a StoreError only before it has changed anything: the others of the transaction are kept. */
  readonly work: () => unknown;
  /** The run that it is of, if it is of one. */
  readonly runId: string | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of one write in a transaction. */
type Written = { readonly value: unknown } | { readonly refused: StoreError };

/** How long a write that nobody waits for may wait for the next one. */
const MAX_DELAY_MS = 50;

export class GroupCommit {
  readonly #connection: Connection;
  #queue: Write[] = [];
  #isFlushing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Resolves when the write is on the disk: soon. */
  write<T>(work: () => T, runId?: string): Promise<T> {
    if (!this.#isFlushing) setImmediate(() => this.flush());
    this.#isFlushing = true;
    return this.#add(work, runId);
  }

  /** As `write`, but does not cause a transaction of its own if another write comes soon. The order stays. */
  writeLater<T>(work: () => T, runId?: string): Promise<T> {
    if (!this.#isFlushing) this.#timer ??= setTimeout(() => this.flush(), MAX_DELAY_MS);
    return this.#add(work, runId);
  }

  #add<T>(work: () => T, runId: string | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, runId, resolve: (value) => resolve(value as T), reject }); // it is what `work` returned
    });
  }

  /** Writes what waits. Never throws: each write has its own promise. */
  flush(): void {
    const writes = this.#queue;
    this.#queue = [];
    this.#isFlushing = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (writes.length === 0) return;
    const error = this.#commit(writes);
    if (error === undefined) return;
    if (writes.length > 1 && error.code !== 'store_busy') this.#commitEach(writes);
    else for (const { reject } of writes) reject(error);
  }

  /** One write that the database does not take must fail no other run, and in its own run all that was requested after it. */
  #commitEach(writes: readonly Write[]): void {
    const failed = new Map<string | undefined, StoreError>();
    for (const write of writes) {
      const error = failed.get(write.runId) ?? this.#commit([write]);
      if (error === undefined) continue;
      write.reject(error);
      if (write.runId !== undefined) failed.set(write.runId, error);
    }
  }

  /** Returns why the transaction failed, if it did; else every write has its result. */
  #commit(writes: readonly Write[]): StoreError | undefined {
    let written: readonly Written[];
    try {
      written = this.#connection.transaction(() => writes.map(attempt));
    } catch (error) {
      // Transactions throw nothing else.
      return error as StoreError;
    }
    for (const [at, write] of writes.entries()) {
      const one = written[at];
      if (one !== undefined && 'refused' in one) write.reject(one.refused);
      else write.resolve(one?.value);
    }
    return undefined;
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
