// Owns the records that a store has of a run. What may be done with them is left to `store.ts`.

import type { JsonValue } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/run-event.ts';

/** `open`: under way, or interrupted; its lease says which. Else how it ended. */
export type RunStatus = 'open' | Outcome['type'];

export interface NewRun {
  readonly runId: string;
  /** The name of the agent. */
  readonly agent: string;
  /** What was added to the conversation when it began. */
  readonly input: readonly Message[];
  /** What a program needs to start the run again as it was started, such as its parameters. The store does not read it. */
  readonly settings?: JsonValue;
  /** The session whose conversation it continues, and how long that was. */
  readonly session?: SessionPosition | undefined;
}

export interface SessionPosition {
  readonly sessionId: string;
  readonly length: number;
}

export interface StoredRun extends NewRun {
  readonly settings: JsonValue;
  readonly status: RunStatus;
  /** How it ended; null while it is open. */
  readonly outcome: Outcome | null;
  /** Who holds it, if anybody does. */
  readonly owner: string | null;
  /** When the lease ends that was last given. Milliseconds since the epoch. */
  readonly leaseUntil: number;
  readonly isCancelRequested: boolean;
  readonly createdAt: number;
  /** When it was last claimed or released. */
  readonly updatedAt: number;
}

export interface RunFilter {
  readonly agent?: string;
  readonly status?: RunStatus;
  readonly sessionId?: string;
  /** Default 100. */
  readonly limit?: number;
  /** Only runs that were created before this one. */
  readonly before?: string;
}

export interface Claim {
  /** Names the process, for people. */
  readonly owner: string;
  /** How long the lease lasts. */
  readonly leaseMs: number;
  /** The owner of a lease that may be taken before it ends: its process is known to have died. */
  readonly takeFrom?: string;
}

/** The right to write to a run. */
export interface Lease {
  readonly runId: string;
  readonly owner: string;
  /** Grows with each claim of the run. */
  readonly fence: number;
  /** When it ends, unless it is renewed. Milliseconds since the epoch. */
  readonly until: number;
}

export interface LeaseState {
  /** The renewed lease; null: another process has claimed the run. */
  readonly lease: Lease | null;
  readonly isCancelRequested: boolean;
}

export interface EndedRun {
  readonly outcome: Outcome;
  /** The position of the last inbox entry that the run has seen. One that waits and has not seen all stays open. */
  readonly inbox?: number;
}

export interface RecordedStep {
  readonly key: string;
  readonly value: JsonValue;
  /** The position of the last message of the inbox that the step has taken up; absent when it took none. */
  readonly inbox?: number | undefined;
}

export interface RecordOptions {
  /** Nobody waits for it: it may be written together with what comes next. */
  readonly mayWait?: boolean;
}

/** How much was removed. */
export interface Pruned {
  readonly runs: number;
  readonly sessions: number;
}

/** What somebody sends to a run, from any process. The sender chooses the id, so that sending again does nothing. */
export type InboxEntry =
  | { readonly type: 'message'; readonly id: string; readonly message: Message }
  /** A decision on a call: `approvalId` is the `id` of an entry of `outcome.approvals`. */
  | { readonly type: 'decision'; readonly id: string; readonly approvalId: string; readonly decision: JsonValue };
