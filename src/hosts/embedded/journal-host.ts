// Owns the host of a run that is recorded in this process: recorded steps return their values, the others run and are recorded.
// Where they are recorded, and whether this process still may, is left to `run-journal.ts`.

import type { CreateHost, Host, HostServices, Step, StepIo, StepOptions, StepResult } from '../../core/host.ts';
import type { JsonValue } from '../../core/json.ts';
import { runSideBySide } from '../side-by-side.ts';
import type { RunJournal } from './run-journal.ts';

/** `prefix` is that of the keys: empty for a run of its own, and `t1/call/0/` for the run inside that call. */
export function createJournalHost(journal: RunJournal, prefix = ''): CreateHost {
  return (services) => new JournalHost(journal, prefix, services);
}

/**
 * Tasks that only read, like calls of tools that say so. What they lead to, an answer or a call, is recorded after them and is waited for, so that nothing is lost with
 * them but a question that was not answered yet.
 */
const READINGS: ReadonlySet<string> = new Set(['start', 'added']);

interface IoParts {
  readonly key: string;
  readonly isInDoubt: boolean;
  readonly received: StepIo['received'];
}

class JournalHost implements Host {
  readonly #journal: RunJournal;
  readonly #prefix: string;
  readonly #services: HostServices;
  /** Aborted when the run is cancelled, and when this process must let it go. */
  readonly #signal: AbortSignal;
  readonly #used = new Set<string>();

  constructor(journal: RunJournal, prefix: string, services: HostServices) {
    this.#journal = journal;
    this.#prefix = prefix;
    this.#services = services;
    this.#signal = AbortSignal.any([services.signal, journal.left]);
  }

  readonly isReplaying = (): boolean => this.#journal.isReplaying;

  readonly isLeaving = (error: unknown): boolean => this.#journal.isLeaving(error);

  readonly step = async (step: Step, { again }: StepOptions = {}): Promise<JsonValue> => {
    const { key } = step;
    if (this.#used.has(key)) throw new Error(`The step key ${key} was used twice.`);
    this.#used.add(key);
    const recorded = this.#journal.read(this.#prefix + key);
    if (recorded !== undefined) return recorded;
    const run = this.#services.tasks[step.task];
    if (run === undefined) throw new Error(`No task is called ${step.task}.`);
    const isInDoubt = step.isIdempotent === false && !(await this.#begin(key));
    let inbox: number | undefined;
    const received: NonNullable<StepIo['received']> = async () => {
      const { messages, position } = await this.#journal.takeMessages();
      inbox = position;
      return messages;
    };
    const value = await this.#journal.run(() => run(step.input, this.#ioOf({ key, isInDoubt, received })));
    // What an abort cut short is no result, nor is a world that was away.
    if (this.#services.signal.aborted || again?.(value)) return value;
    if (READINGS.has(step.task) || step.isIdempotent === true)
      this.#journal.recordLater(this.#prefix + key, value, inbox);
    else await this.#journal.record(this.#prefix + key, value, inbox);
    return value;
  };

  readonly all = async (steps: readonly Step[], limit: number): Promise<readonly StepResult[]> => {
    const results = await runSideBySide(steps, limit, (step) => this.step(step));
    this.#journal.check();
    return results;
  };

  readonly signal = async (name: string, request: JsonValue): Promise<JsonValue | undefined> => {
    const key = this.#prefix + name;
    const recorded = this.#journal.read(key);
    if (recorded !== undefined) return recorded;
    // Nobody is asked for what somebody has decided; while a person here thinks, somebody elsewhere may decide.
    const decision =
      (await this.#journal.findDecision(request)) ??
      (await this.#services.answer(name, request)) ??
      (await this.#journal.findDecision(request));
    if (decision !== undefined && !this.#services.signal.aborted) await this.#journal.record(key, decision);
    return decision;
  };

  /** Records that a step begins which must not run twice; false when an earlier attempt has begun it. */
  async #begin(key: string): Promise<boolean> {
    const begun = `${this.#prefix}${key}/begun`;
    if (this.#journal.read(begun) !== undefined) return false;
    if (!this.#signal.aborted) await this.#journal.record(begun, true);
    return true;
  }

  #ioOf({ key, isInDoubt, received }: IoParts): StepIo {
    const { runId, emit, ready } = this.#services;
    return {
      runId,
      key,
      signal: this.#signal,
      emit,
      ready,
      ...(isInDoubt && { isInDoubt }),
      idempotencyKey: `${runId}/${key}`,
      inner: createJournalHost(this.#journal, `${this.#prefix}${key}/`),
      // What is sent to a run is for the run itself, not for those inside it.
      ...(this.#prefix === '' && received !== undefined && { received }),
    };
  }
}
