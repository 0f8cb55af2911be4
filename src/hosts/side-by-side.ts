// Owns running the steps of a turn in parallel, for hosts that run them in this process.

import type { Step, StepResult } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';

/** Runs steps, at most `limit` at once. Never rejects; results are in the order of the steps. */
export async function runSideBySide(
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
