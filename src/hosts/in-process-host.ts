// Owns the host that runs everything in this process and records nothing.

import type { CreateHost, Host, HostServices, Step, StepIo, StepResult } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';

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

/** Runs steps, at most `limit` at once. Never rejects; results are in the order of the steps. */
async function runSideBySide(
  steps: readonly Step[],
  limit: number,
  run: (step: Step) => Promise<JsonValue>,
): Promise<readonly StepResult[]> {
  const resultOf = async (step: Step): Promise<StepResult> => {
    try {
      return { status: 'fulfilled', value: await run(step) };
    } catch (error) {
      return { status: 'rejected', reason: error instanceof Error ? error.message : String(error) };
    }
  };
  if (steps.length <= limit) return await Promise.all(steps.map(resultOf));
  const results: StepResult[] = [];
  const queue = steps.entries();
  const worker = async (): Promise<void> => {
    // One iterator for all workers: each takes the next step that nobody has.
    for (const [at, step] of queue) results[at] = await resultOf(step);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
