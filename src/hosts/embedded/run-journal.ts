// Owns the steps and the inbox of one run while this process holds its lease, and letting the run go when it no longer may.
// What runs is left to `journal-host.ts`, the lease to `lease-keeper.ts`, events to `event-log.ts`.

import type { JsonValue } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import type { Store } from '../../session/store.ts';
import type { InboxEntry, RecordedStep } from '../../session/stored-run.ts';
import type { HeldLease } from './lease-keeper.ts';

export class RunJournal {
  readonly #store: Store;
  readonly #held: HeldLease;
  readonly #values: Map<string, JsonValue>;
  /** Recorded and not read yet, in the run with those inside it. */
  readonly #unread: Set<string>;
  readonly #running = new Set<Promise<unknown>>();
  readonly #leaving = new AbortController();
  #leavingError: Error | undefined;
  /** The position of the last message of the inbox that a step has taken. */
  #taken: number;
  /** The position of the last entry of the inbox that was read. */
  #seen = 0;

  constructor(store: Store, held: HeldLease, steps: readonly RecordedStep[]) {
    this.#store = store;
    this.#held = held;
    this.#values = new Map(steps.map(({ key, value }) => [key, value]));
    this.#unread = new Set(this.#values.keys());
    this.#taken = Math.max(0, ...steps.map(({ inbox }) => inbox ?? 0));
    held.onLost = (error) => this.leave(error);
  }

  /** Aborted when this process must let the run go. */
  get left(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Why it must. */
  get leavingError(): Error | undefined {
    return this.#leavingError;
  }

  get isReplaying(): boolean {
    return this.#unread.size > 0;
  }

  /** The position of the last entry of the inbox that was read. */
  get seen(): number {
    return this.#seen;
  }

  /** A recorded value. What a recorded step holds inside it is not asked for again. */
  read(key: string): JsonValue | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    for (const other of this.#unread) if (other === key || other.startsWith(`${key}/`)) this.#unread.delete(other);
    return value;
  }

  /** Runs a task, if this process still may, also when it has ended: what a task makes of being let go is no value. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#guard(this.#held.ensure());
    this.check();
    const running = task();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      this.check();
    }
  }

  /** Resolves when the value will survive. */
  async record(key: string, value: JsonValue, inbox?: number): Promise<void> {
    this.check();
    await this.#guard(this.#store.recordStep(this.#held.lease, this.#stepOf(key, value, inbox)));
  }

  /** Records a value that nothing in the world depends on before a later value is recorded. */
  recordLater(key: string, value: JsonValue, inbox?: number): void {
    this.check();
    const recorded = this.#store.recordStep(this.#held.lease, this.#stepOf(key, value, inbox), { mayWait: true });
    // The next step of the run rejects with why it failed.
    this.#guard(recorded).catch(() => {});
  }

  #stepOf(key: string, value: JsonValue, inbox: number | undefined): RecordedStep {
    if (inbox === undefined) return { key, value };
    this.#taken = inbox;
    return { key, value, inbox };
  }

  /** The messages of the inbox that no recorded step has, and the position of the last of them. */
  async takeMessages(): Promise<{ readonly messages: readonly Message[]; readonly position: number | undefined }> {
    const entries = await this.#readInbox(this.#taken);
    const sent = entries.filter((entry) => entry.type === 'message');
    return { messages: sent.map(({ message }) => message), position: sent.at(-1)?.position };
  }

  /** What somebody has decided on the call of a request; the first decision counts. */
  async findDecision(request: JsonValue): Promise<JsonValue | undefined> {
    const entries = await this.#readInbox(0);
    const asked = isObject(request) ? request.id : undefined;
    const found = entries.find((entry) => entry.type === 'decision' && entry.approvalId === asked);
    return found?.type === 'decision' ? found.decision : undefined;
  }

  async #readInbox(after: number): Promise<readonly (InboxEntry & { readonly position: number })[]> {
    const entries = await this.#guard(this.#store.readInbox(this.#held.lease.runId, after));
    this.#seen = Math.max(this.#seen, entries.at(-1)?.position ?? 0);
    return entries;
  }

  /** Throws when this process must not go on with the run. */
  check(): void {
    if (this.#leavingError !== undefined) throw this.#leavingError;
  }

  isLeaving(error: unknown): boolean {
    return error !== undefined && error === this.#leavingError;
  }

  /** Lets the run go: what runs is aborted, nothing more is recorded, and the run rejects with the error. The first one counts. */
  leave(error: Error): void {
    if (this.#leavingError !== undefined) return;
    this.#leavingError = error;
    this.#leaving.abort(error);
  }

  /** Resolves when nothing of the run is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** A store that fails ends the run in this process: what is not recorded must not be built on. */
  async #guard<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      this.leave(error instanceof Error ? error : new Error(String(error)));
      this.check();
      throw error;
    }
  }
}
