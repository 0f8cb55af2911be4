// Owns the contract between a run and its host. The hosts themselves are in `src/hosts`.
// The loop requests one step at a time; only `all` runs steps in parallel. A step is the name of a task and JSON, never a closure, so that
// an engine can run it wherever the tasks of the agent are registered.

import type { JsonValue } from './json.ts';
import type { Message } from './message.ts';
import type { RunEvent } from './run-event.ts';

/** One part of a run, recorded under its key. */
export interface Step {
  /** Stable, and unique in the run, such as `t3/model` or `t3/call/0`. Stored runs contain keys, so they are compatibility data. */
  readonly key: string;
  /** The name of a registered task. */
  readonly task: string;
  readonly input: JsonValue;
  /** Whether another run takes place inside the step. The host records its steps under this key: see `StepIo.inner`. */
  readonly holdsRun?: boolean;
  /**
   * Whether the step may run again when it is not known whether it has run. False: a host that records also records that it begins, and
   * runs it again, after an attempt that left no value, only with `StepIo.isInDoubt`. True: the run may go on before the value is safe.
   */
  readonly isIdempotent?: boolean;
}

/** What a task receives besides its input. */
export interface StepIo {
  readonly runId: string;
  readonly key: string;
  /** Aborted when the run is cancelled, or when the host takes the run away from this process. */
  readonly signal: AbortSignal;
  /** The run's id and the step's key: the same whenever the step runs again. */
  readonly idempotencyKey: string;
  /** Whether an earlier attempt has begun the step and left no value: the task must not do its work again. Absent: none has. */
  readonly isInDoubt?: boolean;
  /** Emits an event to the run's consumers. It is not recorded: what must last is in the value of the step. */
  readonly emit: (event: RunEvent) => void;
  /** Returns a promise while the consumer is behind: await it before emitting more. */
  readonly ready: () => Promise<void> | undefined;
  /**
   * Takes the messages that were sent to the run through the host, from whatever process. They count as taken when the value of the step
   * is recorded, so it must contain them. Absent: none can be sent.
   */
  readonly received?: () => Promise<readonly Message[]>;
  /** Creates the host of a run inside this step. If the host records, the inner steps have this step's key as a prefix. */
  readonly inner: CreateHost;
  /** As `Host.isLeaving`: a task must not take such an error, of a run inside it, for a result. Left out: nothing is one. */
  readonly isLeaving?: (error: unknown) => boolean;
}

export type Task = (input: JsonValue, io: StepIo) => Promise<JsonValue>;

export type Tasks = Readonly<Record<string, Task>>;

export type StepResult =
  | { readonly status: 'fulfilled'; readonly value: JsonValue }
  | { readonly status: 'rejected'; readonly reason: string };

export interface StepOptions {
  /**
   * Whether the value reports a failure of the world, such as a refused connection, so that the step should be tried again. A host
   * that can wait runs the step again on its own schedule. A host that cannot returns the value, and does not record it.
   */
  readonly again?: (value: JsonValue) => boolean;
}

/**
 * What a run executes on. A recorded step never runs again: its recorded value is returned. A value that arrives after `signal` was
 * aborted is not recorded, nor is a task that threw. The value of a signal is recorded under its name, like that of a step.
 */
export interface Host {
  /** Runs a task, or returns its recorded value. Rejects with what the task threw. */
  readonly step: (step: Step, options?: StepOptions) => Promise<JsonValue>;
  /** Runs steps in parallel, at most `limit` at once. Never rejects because a task threw. Results are in the order of the steps. */
  readonly all: (steps: readonly Step[], limit: number) => Promise<readonly StepResult[]>;
  /**
   * Waits for a decision from outside; `request` describes it. Asks `HostServices.answer` first. Resolves to undefined if there is no
   * decision and this host cannot wait: the run then ends `waiting`. It is never called in parallel with anything else of the run.
   */
  readonly signal: (name: string, request: JsonValue) => Promise<JsonValue | undefined>;
  /** Whether recorded steps remain to be replayed. Absent: this host records nothing. */
  readonly isReplaying?: () => boolean;
  /**
   * Whether an error means that the engine takes the run away from this process. The run then closes what it has opened, records and
   * emits nothing more, and rethrows the error.
   */
  readonly isLeaving?: (error: unknown) => boolean;
}

/** What a run provides to its host. */
export interface HostServices {
  readonly runId: string;
  readonly tasks: Tasks;
  readonly signal: AbortSignal;
  readonly emit: StepIo['emit'];
  readonly ready: StepIo['ready'];
  /** Answers a signal immediately if this process can; else resolves to undefined. */
  readonly answer: (name: string, request: JsonValue) => Promise<JsonValue | undefined>;
}

export type CreateHost = (services: HostServices) => Host;
