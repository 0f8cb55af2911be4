// Owns recording the events of a run that last, and the messages that they add to its session. Steps are left to `run-journal.ts`.

import type { Message } from '../../core/message.ts';
import type { Outcome, RunEvent } from '../../core/run-event.ts';
import type { Store } from '../../session/store.ts';
import type { StoredRun } from '../../session/stored-run.ts';
import type { HeldLease } from './lease-keeper.ts';

export interface EventLogPorts {
  readonly store: Store;
  readonly held: HeldLease;
  readonly run: StoredRun;
  /** Called when something could not be recorded. */
  readonly onFailure: (error: Error) => void;
}

/** Does not wait for the store: writes take effect in order, so a step that is recorded later means that the events before it are. */
export class EventLog {
  readonly #ports: EventLogPorts;
  /** How many events that last there were in this attempt. */
  #count = 0;
  /** How many messages the conversation had after them. */
  #length: number;
  #outcome: Outcome | undefined;
  readonly #writes = new Set<Promise<unknown>>();

  constructor(ports: EventLogPorts) {
    this.#ports = ports;
    this.#length = ports.run.session?.length ?? 0;
  }

  /** How the run ended in this attempt, if it did. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  add(event: RunEvent): void {
    const messages = this.#messagesOf(event);
    if (messages === undefined) return;
    const number = this.#count++;
    const at = this.#length;
    this.#length += messages.length;
    if (event.type === 'run_end') this.#outcome = event.outcome;
    const { store, held, run } = this.#ports;
    // An earlier attempt has recorded what is replayed; nothing is added to a run that was completed.
    if (event.replayed || run.status === 'completed') return;
    const recorded = event.type === 'run_start' ? { ...event, messages } : event;
    this.#watch(store.recordEvent(held.lease, number, recorded));
    if (run.session === undefined || messages.length === 0) return;
    this.#watch(store.appendMessages(run.session.sessionId, { at, messages, lease: held.lease }));
  }

  /** What an event adds to the conversation; undefined for one that does not last, and for those of runs inside the run. */
  #messagesOf(event: RunEvent): readonly Message[] | undefined {
    if (event.parentCallId !== undefined) return undefined;
    switch (event.type) {
      case 'run_start':
        // The session has those before.
        return event.messages.slice(this.#length);
      case 'turn_start':
        return event.added;
      case 'turn_end':
        return event.messages;
      case 'result_kept':
      case 'warning':
      case 'run_end':
        return [];
      default:
        return undefined;
    }
  }

  /** Resolves when all that was written is recorded, or its failure is reported. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #watch(write: Promise<unknown>): void {
    const watched: Promise<unknown> = write
      .catch((error: unknown) => this.#ports.onFailure(error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#writes.delete(watched));
    this.#writes.add(watched);
  }
}
