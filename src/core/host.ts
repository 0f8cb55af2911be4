// Owns the seam between a run and what it executes on. The hosts are left to their own files.
// The loop asks for one thing after another; only `all` runs things side by side. A step is the name of a task and JSON, never a
// closure, so that an engine can run it wherever the tasks of the agent are registered.

import type { JsonValue } from './json.ts';
import type { RunEvent } from './run-event.ts';

/** One piece of a run that is recorded under its key. */
export interface Step {
  /** Stable and unique in the run, such as `t3/model` or `t3/call/0`. Keys are compatibility data: stored runs hold them. */
  readonly key: string;
  /** The name of a registered task. */
  readonly task: string;
  readonly input: JsonValue;
  /** Whether a run goes on inside it, whose steps the host records under this key: see `StepIo.inner`. */
  readonly holdsRun?: boolean;
}

/** What a task is given beside its input. */
export interface StepIo {
  readonly runId: string;
  readonly key: string;
  /** Aborted when the run is cancelled, or when the host takes it away. */
  readonly signal: AbortSignal;
  /** The run's id and the step's key: the same whenever the step runs again. */
  readonly idempotencyKey: string;
  /** Shows an event to whoever watches. It is not recorded: what must last is in the value of the step. */
  readonly emit: (event: RunEvent) => void;
  /** A promise while whoever watches is behind: wait for it before emitting more. */
  readonly ready: () => Promise<void> | undefined;
  /** Makes the host of a run that goes on inside this step: its steps are recorded under this step's key as prefix, where the host can. */
  readonly inner: CreateHost;
}

export type Task = (input: JsonValue, io: StepIo) => Promise<JsonValue>;

export type Tasks = Readonly<Record<string, Task>>;

export type StepResult =
  | { readonly status: 'fulfilled'; readonly value: JsonValue }
  | { readonly status: 'rejected'; readonly reason: string };

export interface StepOptions {
  /**
   * Whether a value is a failed world and no result, such as a refused connection. A host that can wait runs the step again later, by
   * its own schedule; a host that cannot takes the value as it is.
   */
  readonly again?: (value: JsonValue) => boolean;
}

/**
 * What a run executes on. A recorded step is never run again: its value is given back. A value that came after `signal` was aborted is
 * not recorded, and neither is a task that threw. The value of a signal is recorded under its name, as that of a step is.
 */
export interface Host {
  /** Runs a task, or gives back its recorded value. Rejects with what the task threw. */
  readonly step: (step: Step, options?: StepOptions) => Promise<JsonValue>;
  /** Runs steps side by side, at most `limit` at once. Never rejects for what a task throws; results are in the order of the steps. */
  readonly all: (steps: readonly Step[], limit: number) => Promise<readonly StepResult[]>;
  /**
   * Waits for a decision from outside. `request` says what is asked, for whoever decides. Asks `HostServices.answer` first;
   * undefined when nobody has decided and this host cannot wait: the run then ends `waiting`. Called on the run's one line only.
   */
  readonly signal: (name: string, request: JsonValue) => Promise<JsonValue | undefined>;
  /** Whether what happens now has happened before: recorded steps are still to come. Left out: this host records nothing. */
  readonly isReplaying?: () => boolean;
  /**
   * Whether an error means that the engine takes the run away from this process. The run then closes what is open, records and emits
   * nothing more, and throws the error on.
   */
  readonly isLeaving?: (error: unknown) => boolean;
}

/** What a run offers the host that it executes on. */
export interface HostServices {
  readonly runId: string;
  readonly tasks: Tasks;
  readonly signal: AbortSignal;
  readonly emit: StepIo['emit'];
  readonly ready: StepIo['ready'];
  /** Answers a signal at once, when somebody in this process can. */
  readonly answer: (name: string, request: JsonValue) => Promise<JsonValue | undefined>;
}

export type CreateHost = (services: HostServices) => Host;
