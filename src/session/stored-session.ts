// Owns the records that a store has of a session. What may be done with them is left to `store.ts`.

import type { Message } from '../core/message.ts';
import type { Lease, SessionPosition } from './stored-run.ts';

export interface NewSession {
  readonly sessionId: string;
  /** The name of the agent. */
  readonly agent: string;
  /** Unique among the sessions of the agent; null for none. */
  readonly name?: string | null;
  /** Where it was begun, for finding it again. */
  readonly folder?: string | null;
}

export interface StoredSession extends Required<NewSession> {
  /** The session that it is a fork of, and how many messages of that are its first ones. */
  readonly parent: SessionPosition | null;
  /** How many messages it has, those of its parent included. */
  readonly length: number;
  readonly createdAt: number;
  /** When it was last appended to or renamed. */
  readonly updatedAt: number;
}

export interface SessionFilter {
  readonly agent?: string;
  readonly name?: string;
  readonly folder?: string;
  /** Default 100. */
  readonly limit?: number;
}

export interface Fork {
  /** Of the new session. */
  readonly sessionId: string;
  /** How many messages it takes over. */
  readonly length: number;
  readonly name?: string | null;
}

export interface Appended {
  /** Where the first of the messages goes. */
  readonly at: number;
  readonly messages: readonly Message[];
  /** Of the run that appends, if one does. */
  readonly lease?: Lease;
}

export interface LoggedMessage {
  readonly message: Message;
  /** The run that appended it, if one did. */
  readonly runId: string | null;
}
