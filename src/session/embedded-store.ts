// Owns the store in one SQLite file: which of its methods reads, which writes, and what is checked of their arguments.
// The SQL is left to the files in `sqlite/`, joining writes to transactions to `sqlite/group-commit.ts`.

import type { Connection } from './sqlite/connection.ts';
import type { DatabaseName, OpenDatabase } from './sqlite/database.ts';
import { loadDatabase } from './sqlite/database.ts';
import { GroupCommit } from './sqlite/group-commit.ts';
import { checkCount, checkName } from './sqlite/names.ts';
import { openFile } from './sqlite/open-file.ts';
import { pruneSome } from './sqlite/prune.ts';
import { cancelRun, claimRun, claimRuns, createRun, listRuns, readRun, releaseRun, renewLease } from './sqlite/runs.ts';
import {
  appendMessages,
  createSession,
  forkSession,
  listSessions,
  readMessages,
  readSession,
  renameSession,
} from './sqlite/sessions.ts';
import { post, readEvents, readInbox, readSteps, recordEvent, recordStep } from './sqlite/steps.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import type { Claim, Lease } from './stored-run.ts';

export interface EmbeddedStoreOptions {
  /** The file. It and its folder are created, readable by their owner alone. */
  readonly path: string;
  /** The SQLite library, by name or as a function that opens a file. Default: Node's own where Node has it, else `libsql`. */
  readonly database?: DatabaseName | OpenDatabase;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Rejects with a StoreError. The caller closes the store. */
export async function openEmbeddedStore({ path, database, now = Date.now }: EmbeddedStoreOptions): Promise<Store> {
  const openDatabase = typeof database === 'function' ? database : await loadDatabase(database);
  return new EmbeddedStore(await openFile(path, openDatabase), now);
}

class EmbeddedStore implements Store {
  readonly capabilities = { isDurable: true, isShared: true };
  readonly #connection: Connection;
  readonly #commits: GroupCommit;
  readonly #now: () => number;
  #isClosed = false;

  constructor(connection: Connection, now: () => number) {
    this.#connection = connection;
    this.#commits = new GroupCommit(connection);
    this.#now = now;
  }

  readonly createRun: Store['createRun'] = async (run) => {
    checkName('id of a run', run.runId);
    checkName('name of an agent', run.agent);
    const text = JSON.stringify({ input: run.input, settings: run.settings ?? null });
    return await this.#write((db) => createRun(db, run, text, this.#now()));
  };

  readonly readRun: Store['readRun'] = (runId) => this.#read((db) => readRun(db, runId, this.#now()));

  readonly listRuns: Store['listRuns'] = async (filter = {}) => {
    if (filter.limit !== undefined) checkCount('limit', filter.limit);
    return await this.#read((db) => listRuns(db, filter, this.#now()));
  };

  readonly claimRun: Store['claimRun'] = async (runId, claim) => {
    checkClaim(claim);
    return await this.#write((db) => claimRun(db, runId, claim, this.#now()));
  };

  readonly claimRuns: Store['claimRuns'] = async (agent, limit, claim) => {
    checkClaim(claim);
    checkCount('limit', limit);
    return await this.#write((db) => claimRuns(db, agent, limit, claim, this.#now()));
  };

  readonly renewLeases: Store['renewLeases'] = async (leases, leaseMs) => {
    checkCount('length of a lease', leaseMs);
    return await this.#write((db) => leases.map((lease) => renewLease(db, lease, leaseMs, this.#now())));
  };

  readonly releaseRun: Store['releaseRun'] = (lease, ended) =>
    this.#write((db) => releaseRun(db, lease, ended, this.#now()), lease);

  readonly cancelRun: Store['cancelRun'] = (runId) => this.#write((db) => cancelRun(db, runId, this.#now()));

  readonly recordStep: Store['recordStep'] = async (lease, { key, value, inbox }, options) => {
    checkName('key of a step', key);
    const text = JSON.stringify(value);
    const write = (db: Connection): void => recordStep(db, lease, { key, inbox }, text);
    await (options?.mayWait ? this.#writeLater(write, lease) : this.#write(write, lease));
  };

  readonly readSteps: Store['readSteps'] = (runId) => this.#read((db) => readSteps(db, runId));

  readonly recordEvent: Store['recordEvent'] = async (lease, number, event) => {
    checkCount('number of an event', number);
    const text = JSON.stringify(event);
    await this.#writeLater((db) => recordEvent(db, lease, number, text), lease);
  };

  readonly readEvents: Store['readEvents'] = (runId, from = 0) => this.#read((db) => readEvents(db, runId, from));

  readonly post: Store['post'] = async (runId, entry) => {
    checkName('id of an entry', entry.id);
    const text = JSON.stringify(entry);
    await this.#write((db) => post(db, runId, entry.id, text));
  };

  readonly readInbox: Store['readInbox'] = (runId, after = 0) => this.#read((db) => readInbox(db, runId, after));

  readonly createSession: Store['createSession'] = async (session) => {
    checkSession(session);
    checkName('name of an agent', session.agent);
    return await this.#write((db) => createSession(db, session, this.#now()));
  };

  readonly readSession: Store['readSession'] = (sessionId) => this.#read((db) => readSession(db, sessionId));

  readonly listSessions: Store['listSessions'] = async (filter = {}) => {
    if (filter.limit !== undefined) checkCount('limit', filter.limit);
    return await this.#read((db) => listSessions(db, filter));
  };

  readonly renameSession: Store['renameSession'] = async (sessionId, name) => {
    if (name !== null) checkName('name of a session', name);
    await this.#write((db) => renameSession(db, sessionId, name, this.#now()));
  };

  readonly forkSession: Store['forkSession'] = async (sessionId, fork) => {
    checkSession(fork);
    checkCount('length of a fork', fork.length);
    return await this.#write((db) => forkSession(db, sessionId, fork, this.#now()));
  };

  readonly appendMessages: Store['appendMessages'] = async (sessionId, { at, messages, lease }) => {
    checkCount('place of a message', at);
    const appended = { at, texts: messages.map((message) => JSON.stringify(message)), lease };
    const write = (db: Connection): number => appendMessages(db, sessionId, appended, this.#now());
    // Those of a run are among its events.
    return await (lease === undefined ? this.#write(write) : this.#writeLater(write, lease));
  };

  readonly readMessages: Store['readMessages'] = (sessionId, from = 0) =>
    this.#read((db) => readMessages(db, sessionId, from));

  readonly prune: Store['prune'] = async (before) => {
    checkCount('time', before);
    const all = { runs: 0, sessions: 0 };
    for (;;) {
      const { runs, sessions } = await this.#write((db) => pruneSome(db, before));
      if (runs + sessions === 0) break;
      all.runs += runs;
      all.sessions += sessions;
    }
    // What was removed is otherwise still in the file, for whoever reads its bytes.
    if (all.runs + all.sessions > 0) this.#connection.compact();
    return all;
  };

  readonly close = async (): Promise<void> => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#commits.flush();
    this.#connection.emptyLog();
    this.#connection.close();
  };

  async #write<T>(work: (connection: Connection) => T, lease?: Lease): Promise<T> {
    this.#checkIsOpen();
    return await this.#commits.write(() => work(this.#connection), lease?.runId);
  }

  /** For what a run writes down as it goes, and does not wait for. */
  async #writeLater<T>(work: (connection: Connection) => T, lease: Lease): Promise<T> {
    this.#checkIsOpen();
    return await this.#commits.writeLater(() => work(this.#connection), lease.runId);
  }

  async #read<T>(work: (connection: Connection) => T): Promise<T> {
    this.#checkIsOpen();
    return this.#connection.read(() => work(this.#connection));
  }

  #checkIsOpen(): void {
    if (!this.#isClosed) return;
    throw new StoreError('store_closed', `The store ${this.#connection.path} is closed.`);
  }
}

function checkClaim({ owner, leaseMs }: Claim): void {
  checkName('owner of a lease', owner);
  checkCount('length of a lease', leaseMs);
}

function checkSession({ sessionId, name }: { readonly sessionId: string; readonly name?: string | null }): void {
  checkName('id of a session', sessionId);
  if (name !== undefined && name !== null) checkName('name of a session', name);
}
