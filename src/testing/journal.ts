// Owns a journal in memory and the host that keeps it: the reference of what a recording host does. Playing runs against it is left to
// `play-scenario.ts`.

import type { CreateHost, Host, HostServices, Step, StepIo, StepOptions, StepResult } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';

/** What a recording host has of one run: values by step key, in the order in which they were recorded. */
export class Journal {
  readonly #entries: Map<string, string>;
  readonly #onRecord: (() => void) | undefined;

  constructor(entries: Iterable<readonly [string, string]> = [], onRecord?: () => void) {
    this.#entries = new Map(entries);
    this.#onRecord = onRecord;
  }

  get keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  get(key: string): JsonValue | undefined {
    const text = this.#entries.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  }

  /** Records a value as JSON text, so that nothing but JSON comes back. */
  set(key: string, value: JsonValue): void {
    this.#entries.set(key, JSON.stringify(value));
    this.#onRecord?.();
  }

  /** A journal with the first entries of this one: what a process leaves that dies after them. */
  prefix(length: number, onRecord?: () => void): Journal {
    return new Journal([...this.#entries].slice(0, length), onRecord);
  }
}

/** A host on a journal: what it holds is given back, what it lacks is run and recorded. Steps of inner runs are recorded too. */
export function journalHost(journal: Journal): CreateHost {
  const unread = new Set(journal.keys);
  return (services) => new JournalHost(journal, unread, '', services);
}

class JournalHost implements Host {
  readonly #journal: Journal;
  /** Recorded and not given back yet, in the whole run with its inner ones. */
  readonly #unread: Set<string>;
  /** Of the keys of this run in the journal; empty for a run that is no part of another. */
  readonly #prefix: string;
  readonly #services: HostServices;
  readonly #used = new Set<string>();

  constructor(journal: Journal, unread: Set<string>, prefix: string, services: HostServices) {
    this.#journal = journal;
    this.#unread = unread;
    this.#prefix = prefix;
    this.#services = services;
  }

  readonly isReplaying = (): boolean => this.#unread.size > 0;

  readonly step = async (step: Step, { again }: StepOptions = {}): Promise<JsonValue> => {
    const { key } = step;
    if (this.#used.has(key)) throw new Error(`The step key ${key} was used twice.`);
    this.#used.add(key);
    const recorded = this.#read(key);
    if (recorded !== undefined) return recorded;
    const task = this.#services.tasks[step.task];
    if (task === undefined) throw new Error(`No task is called ${step.task}.`);
    const value = await task(step.input, this.#ioOf(key));
    // What an abort cut short is no result, nor is a world that was away.
    if (!this.#services.signal.aborted && !again?.(value)) this.#journal.set(this.#prefix + key, value);
    return value;
  };

  readonly all = async (steps: readonly Step[], limit: number): Promise<readonly StepResult[]> => {
    const results: StepResult[] = [];
    const queue = steps.entries();
    const worker = async (): Promise<void> => {
      for (const [at, step] of queue) results[at] = await this.#settled(step);
    };
    await Promise.all(Array.from({ length: Math.min(limit, steps.length) }, worker));
    return results;
  };

  readonly signal = async (name: string, request: JsonValue): Promise<JsonValue | undefined> => {
    const recorded = this.#read(name);
    if (recorded !== undefined) return recorded;
    const decision = await this.#services.answer(name, request);
    if (decision !== undefined && !this.#services.signal.aborted) this.#journal.set(this.#prefix + name, decision);
    return decision;
  };

  async #settled(step: Step): Promise<StepResult> {
    try {
      return { status: 'fulfilled', value: await this.step(step) };
    } catch (error) {
      return { status: 'rejected', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Gives back what is recorded. What a recorded step holds inside it is not asked for again. */
  #read(name: string): JsonValue | undefined {
    const key = this.#prefix + name;
    const value = this.#journal.get(key);
    if (value === undefined) return undefined;
    this.#unread.delete(key);
    for (const other of this.#unread) if (other.startsWith(`${key}/`)) this.#unread.delete(other);
    return value;
  }

  #ioOf(key: string): StepIo {
    const { runId, signal, emit, ready } = this.#services;
    const inner: CreateHost = (services) =>
      new JournalHost(this.#journal, this.#unread, `${this.#prefix}${key}/`, services);
    return { runId, key, signal, emit, ready, idempotencyKey: `${runId}/${key}`, inner };
  }
}
