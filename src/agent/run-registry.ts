// Owns finding the run that a tool's call belongs to. For agents that run as tools; other tools need nothing of it.

import type { ToolContext } from '../tool/tool.ts';
import type { Budget } from './budget.ts';
import type { StepIo } from './host.ts';
import type { RunOptions } from './run-options.ts';

export interface RegisteredRun {
  readonly budget: Budget;
  readonly emit: StepIo['emit'];
  readonly options: RunOptions;
}

/** Not a field of the context: what a tool's author sees is what a tool may use. */
const runs = new WeakMap<ToolContext, RegisteredRun>();

export function registerRun(context: ToolContext, run: RegisteredRun): void {
  runs.set(context, run);
}

export function registeredRun(context: ToolContext): RegisteredRun | undefined {
  return runs.get(context);
}
