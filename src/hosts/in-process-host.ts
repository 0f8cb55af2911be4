// Owns the host that runs everything in this process and records nothing.

import type { CreateHost, Host, HostServices, Step, StepIo } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';
import { runSideBySide } from './side-by-side.ts';

/** Throws on a key that was used before: a step must be found again by its key. */
export function createInProcessHost(services: HostServices): Host {
  const { runId, tasks, signal, emit, ready, answer } = services;
  const keys = new Set<string>();

  function run({ key, task: name, input }: Step): Promise<JsonValue> {
    const task = tasks[name];
    if (task === undefined) return Promise.reject(new Error(`No task is called ${name}.`));
    if (keys.has(key)) return Promise.reject(new Error(`The step key ${key} was used twice.`));
    keys.add(key);
    const io: StepIo = {
      runId,
      key,
      signal,
      emit,
      ready,
      idempotencyKey: `${runId}/${key}`,
      inner: createInProcessHost,
    };
    return task(input, io);
  }

  return {
    step: run,
    all: (steps, limit) => runSideBySide(steps, limit, run),
    signal: answer,
  };
}

createInProcessHost satisfies CreateHost;
