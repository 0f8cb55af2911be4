// Owns what wrong calls lead to: what they cost, and what the next turn does about them. The turns themselves are left to `loop.ts`.

import type { Outcome } from '../../core/run-event.ts';
import type { CallReport } from './calls.ts';
import type { LoopRun } from './loop-run.ts';

/** Problems that the model made, and that cost a correction. */
const CORRECTED = new Set(['unknown_tool', 'cut', 'broken_arguments', 'invalid_arguments']);

/** Whether every call of a turn went back to the model. */
export function isNothingDone(reports: readonly CallReport[]): boolean {
  return reports.length > 0 && reports.every(({ problem }) => problem !== null && CORRECTED.has(problem));
}

/** Counts what went wrong with a turn's calls, and prepares the next turn for it; the outcome when it is too much. */
export function countProblems(run: LoopRun, reports: readonly CallReport[]): Outcome | undefined {
  for (const { callId, toolName, problem } of reports) {
    if (problem === null || !CORRECTED.has(problem)) {
      setFailures(run, toolName, 0);
      continue;
    }
    const message = `A call of \`${toolName}\` went back to the model (${problem}).`;
    run.warn({ code: problem, message, callId, toolName });
    const over = run.budget.over('corrections', 1);
    if (over !== undefined) return over;
    run.budget.spend('corrections', 1);
    if (problem !== 'unknown_tool' && problem !== 'cut') countFailure(run, toolName);
  }
  return undefined;
}

/** After two wrong calls of a tool in a row, vLLM's grammar makes the third one right. */
function countFailure(run: LoopRun, toolName: string): void {
  const failures = (run.loop.failures[toolName] ?? 0) + 1;
  if (failures < 2) {
    setFailures(run, toolName, failures);
    return;
  }
  setFailures(run, toolName, 0);
  run.change({ toolChoice: { type: 'function', function: { name: toolName } } });
  run.warn({ code: 'tool_forced', message: `The next turn is bound to a call of \`${toolName}\`.`, toolName });
}

function setFailures(run: LoopRun, toolName: string, count: number): void {
  const { [toolName]: before = 0, ...others } = run.loop.failures;
  if (before !== count) run.change({ failures: count === 0 ? others : { ...others, [toolName]: count } });
}
