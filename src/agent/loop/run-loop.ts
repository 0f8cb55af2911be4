// Owns a whole run from `run_start` to `run_end`, wherever it executes: nothing here or below needs more than the language itself.
// What a process brings to it is left to `../execute.ts`.

import type { Outcome } from '../../core/run-event.ts';
import type { RunState } from '../../core/run-state.ts';
import type { Ending } from './answers.ts';
import { takeTurns } from './loop.ts';
import type { LoopPorts, RunRequest } from './loop-run.ts';
import { LoopRun } from './loop-run.ts';

export interface RunPorts extends LoopPorts {
  /** Turns an error into an outcome. */
  readonly failed: (error: unknown) => Outcome;
  /** Called once, before `run_end`: closes what the run opened. Never rejects. */
  readonly close?: () => Promise<void>;
  /** The last word on how the run ended, for whoever knows why it was aborted. */
  readonly judge?: (outcome: Outcome) => Outcome;
}

/**
 * Executes a run and gives its state. Rejects only with an error by which the host takes the run away: then it emits nothing more.
 * What the world does wrong is the outcome.
 */
export async function runLoop(request: RunRequest, ports: RunPorts): Promise<RunState> {
  const run = new LoopRun(request, ports);
  run.emit(request.start);
  let ending: Ending;
  try {
    ending = await takeTurns(run);
  } catch (error) {
    if (ports.host.isLeaving?.(error)) throw error;
    ending = { outcome: run.isAborted ? { type: 'aborted' } : ports.failed(error) };
  } finally {
    await ports.close?.();
  }
  const outcome = ports.judge?.(ending.outcome) ?? ending.outcome;
  const output = outcome.type === 'completed' ? ending.output : undefined;
  const { runId } = request.start;
  run.emit({ type: 'run_end', runId, outcome, ...(output !== undefined && { output }) });
  return run.state;
}
