// Owns the host that runs everything in this process and stores nothing.

import type { Branch, Host, HostServices, Settled, StepIo } from '../core/host.ts';

/** Throws on a key that was used before: a step must be found again by its key. */
export function createInProcessHost(services: HostServices): Host {
  const { runId, tasks, signal, emit, answer } = services;
  const keys = new Set<string>();

  function step<T>(key: string, work: (io: StepIo) => Promise<T>): Promise<T> {
    if (keys.has(key)) return Promise.reject(new Error(`step key used twice: ${key}`));
    keys.add(key);
    return work({ signal, emit, idempotencyKey: `${runId}/${key}` });
  }

  async function settle(branch: Branch): Promise<Settled> {
    const task = tasks[branch.task];
    if (task === undefined) return { status: 'rejected', reason: `no task is called ${branch.task}` };
    try {
      return { status: 'fulfilled', value: await step(branch.key, (io) => task(branch.input, io)) };
    } catch (error) {
      return { status: 'rejected', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async function all(branches: readonly Branch[], limit: number): Promise<readonly Settled[]> {
    if (branches.length <= limit) return await Promise.all(branches.map(settle));
    const results: Settled[] = [];
    const queue = branches.entries();
    const worker = async (): Promise<void> => {
      // One iterator for all workers: each takes the next branch that nobody has.
      for (const [at, branch] of queue) results[at] = await settle(branch);
    };
    await Promise.all(Array.from({ length: limit }, worker));
    return results;
  }

  return { step, all, signal: answer };
}
