// Owns the seam between the loop and what it executes on. The hosts are left to their own files.
// The loop asks for one thing after another; only `all` runs things side by side, and its branches are names with JSON,
// so that a durable engine can run each as an invocation of its own.

import type { JsonValue } from './json.ts';
import type { RunEvent } from './run-event.ts';

/** What the work of a step is given. */
export interface StepIo {
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  /** The run's id and the step's key: the same over a re-run of the step. */
  readonly idempotencyKey: string;
  /** Shows an event. A promise means: wait before the next, the consumer is behind. A replayed step shows nothing. */
  readonly emit: (event: RunEvent) => Promise<void> | undefined;
}

/** One branch of `all`: a registered task and its input. */
export interface Branch {
  /** Stable and unique in the run, such as `t3/call/0`. */
  readonly key: string;
  readonly task: string;
  readonly input: JsonValue;
}

export type Settled =
  | { readonly status: 'fulfilled'; readonly value: JsonValue }
  | { readonly status: 'rejected'; readonly reason: string };

export interface Host {
  /** Does work under a key that is stable and unique in the run, such as `t3/model`; the result is JSON. */
  readonly step: <T>(key: string, work: (io: StepIo) => Promise<T>) => Promise<T>;
  /** Runs branches side by side, at most `limit` at once; never rejects; results are in the branches' order. */
  readonly all: (branches: readonly Branch[], limit: number) => Promise<readonly Settled[]>;
  /** Waits for a value from outside; undefined when this host cannot wait for it: the run is then to end `waiting`. */
  readonly signal: (name: string) => Promise<JsonValue | undefined>;
}

export type Task = (input: JsonValue, io: StepIo) => Promise<JsonValue>;

/** What a run offers the host that it executes on. */
export interface HostServices {
  readonly runId: string;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly signal: AbortSignal;
  readonly emit: StepIo['emit'];
  /** Answers a signal at once, when somebody in this process can. */
  readonly answer: (name: string) => Promise<JsonValue | undefined>;
}

export type CreateHost = (services: HostServices) => Host;
