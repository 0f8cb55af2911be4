// Owns the contract of a store: where runs and sessions are kept, so that any process can list, read and continue them.
// The records are left to `stored-run.ts` and `stored-session.ts`, keeping them in a file to `embedded-store.ts`.

import type { RunEvent } from '../core/run-event.ts';
import type {
  Claim,
  EndedRun,
  InboxEntry,
  Lease,
  LeaseState,
  NewRun,
  Pruned,
  RecordedStep,
  RecordOptions,
  RunFilter,
  StoredRun,
} from './stored-run.ts';
import type { Appended, Fork, LoggedMessage, NewSession, SessionFilter, StoredSession } from './stored-session.ts';

/** What a store as a whole can do. Methods are never optional. */
export interface StoreCapabilities {
  /** Whether what was acknowledged survives the process and the machine's loss of power. */
  readonly isDurable: boolean;
  /** Whether several processes may have it open at the same time. */
  readonly isShared: boolean;
}

/**
 * Where runs and sessions are kept.
 *
 * A promise of a write resolves when the write will survive; a write whose promise rejects has changed nothing. Writes take effect in the
 * order in which they were requested, so after a crash those that were not acknowledged are missing from the end on, never in between. When
 * the world fails one (a full disk), it fails those of the same run that were requested after it and before the failure was known.
 * What the world does wrong is a StoreError with a code.
 *
 * Only the holder of a run's lease writes its steps and events. A lease has a fence, which grows with each claim: a write under an older
 * one is refused with `lease_lost`, whatever the clocks say. The inbox is for everybody.
 */
export interface Store {
  readonly capabilities: StoreCapabilities;

  /** Creates a run, or returns the one that has this id: the same id is the same run. */
  readonly createRun: (run: NewRun) => Promise<{ readonly run: StoredRun; readonly isNew: boolean }>;
  readonly readRun: (runId: string) => Promise<StoredRun | undefined>;
  /** Newest first. */
  readonly listRuns: (filter?: RunFilter) => Promise<readonly StoredRun[]>;
  /** Takes the lease of a run; undefined while somebody else holds it. A run that is not completed becomes `open`. */
  readonly claimRun: (runId: string, claim: Claim) => Promise<Lease | undefined>;
  /** Takes the leases of open runs that nobody holds, oldest first. */
  readonly claimRuns: (agent: string, limit: number, claim: Claim) => Promise<readonly Lease[]>;
  /** Extends leases by `leaseMs` from now, and says which are lost. In the order of the leases. */
  readonly renewLeases: (leases: readonly Lease[], leaseMs: number) => Promise<readonly LeaseState[]>;
  /** Gives a lease back. Without an end the run stays open, for others to take. */
  readonly releaseRun: (lease: Lease, ended?: EndedRun) => Promise<void>;
  /** Asks the holder to end a run, or ends one that nobody holds. Does nothing to a run that has ended. */
  readonly cancelRun: (runId: string) => Promise<void>;

  /** Records a step once: a key that is recorded already is refused with `already_recorded`. */
  readonly recordStep: (lease: Lease, step: RecordedStep, options?: RecordOptions) => Promise<void>;
  /** In the order in which they were recorded. */
  readonly readSteps: (runId: string) => Promise<readonly RecordedStep[]>;
  /**
   * Records an event that lasts under its number, from 0. It takes the place of that event and of all later ones. Nobody waits for it, so
   * it may be written together with what comes next.
   */
  readonly recordEvent: (lease: Lease, number: number, event: RunEvent) => Promise<void>;
  /** The events that last, in order, from a number on. Folding them gives the state of the run. */
  readonly readEvents: (runId: string, from?: number) => Promise<readonly RunEvent[]>;

  /**
   * Puts an entry into the inbox of a run. An entry with the same id is already there: then nothing changes. A run that waits becomes
   * `open`; one that is completed refuses with `run_ended`.
   */
  readonly post: (runId: string, entry: InboxEntry) => Promise<void>;
  /** The entries after a position, in order. */
  readonly readInbox: (
    runId: string,
    after?: number,
  ) => Promise<readonly (InboxEntry & { readonly position: number })[]>;

  /** Refuses a name that another session of the agent has with `name_taken`. */
  readonly createSession: (session: NewSession) => Promise<StoredSession>;
  readonly readSession: (sessionId: string) => Promise<StoredSession | undefined>;
  /** Last changed first. */
  readonly listSessions: (filter?: SessionFilter) => Promise<readonly StoredSession[]>;
  readonly renameSession: (sessionId: string, name: string | null) => Promise<void>;
  /** A session that begins with the first messages of another one, and copies none of them. */
  readonly forkSession: (sessionId: string, fork: Fork) => Promise<StoredSession>;
  /**
   * Appends messages where the log ends; returns its new length. What is put anywhere else is refused with `session_conflict`.
   *
   * A run appends to its own session, where it began or after its own messages. It may write its last messages again, which replaces
   * them, unless somebody else has appended to them or a fork has them.
   */
  readonly appendMessages: (sessionId: string, appended: Appended) => Promise<number>;
  readonly readMessages: (sessionId: string, from?: number) => Promise<readonly LoggedMessage[]>;

  /**
   * Removes what has not changed since a time, in milliseconds since the epoch: runs that have ended, and sessions with all of their runs.
   * A session that has been forked, or whose last run has not ended, stays. Nothing of what was removed can be read from the store any more.
   */
  readonly prune: (before: number) => Promise<Pruned>;

  /** Waits for the writes under way. Methods that are called later are refused with `store_closed`. */
  readonly close: () => Promise<void>;
}
