// Owns what one turn hands to the next, and what wrong calls do to it. The turns themselves are left to the loop.

import type { ToolChoice } from '../client/chat-params.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/run-event.ts';
import type { ModelParams } from '../model/model-params.ts';
import { thinkingParams } from '../model/profile/profile-of.ts';
import type { CallProblemReport } from './call-round.ts';
import type { Repetition } from './repetition.ts';
import type { RunContext } from './run-context.ts';

/** What one turn hands to the next. */
export interface Course {
  phase: 'work' | 'output';
  /** Messages that the next turn adds to the conversation. */
  added: readonly Message[];
  toolChoice: ToolChoice | undefined;
  /** Set when the next turn is a second try at the last one. */
  remedy: Remedy | undefined;
  readonly repetition: Repetition;
  /** How often in a row each tool's arguments were wrong. */
  readonly failures: Map<string, number>;
  outputFailures: number;
}

export interface Remedy {
  readonly nudge?: string;
  readonly params: ModelParams;
}

/** Problems that the model made, and that cost a correction. */
const CORRECTED = new Set(['unknown_tool', 'cut', 'broken_arguments', 'invalid_arguments']);

/** Whether every call of a turn went back to the model. */
export function isNothingDone(problems: readonly CallProblemReport[]): boolean {
  return problems.length > 0 && problems.every(({ problem }) => problem !== null && CORRECTED.has(problem));
}

/** Counts what went wrong with a turn's calls, and says what the next turn is to do about it; the outcome when it is too much. */
export function countProblems(
  run: RunContext,
  course: Course,
  problems: readonly CallProblemReport[],
): Outcome | undefined {
  for (const { callId, toolName, problem } of problems) {
    const isCorrected = problem !== null && CORRECTED.has(problem);
    if (!isCorrected) {
      course.failures.delete(toolName);
      continue;
    }
    run.warn({
      code: problem,
      message: `A call of \`${toolName}\` went back to the model (${problem}).`,
      callId,
      toolName,
    });
    const over = run.budget.over('corrections', 1);
    if (over !== undefined) return over;
    run.budget.spend('corrections', 1);
    countFailure(run, course, toolName, problem);
  }
  return undefined;
}

/** After two wrong calls of a tool in a row, vLLM's grammar is to make the third one right. */
function countFailure(run: RunContext, course: Course, toolName: string, problem: string): void {
  if (problem === 'unknown_tool') return;
  if (problem === 'cut') {
    course.remedy = { params: moreRoom(run) };
    return;
  }
  const failures = (course.failures.get(toolName) ?? 0) + 1;
  course.failures.set(toolName, failures);
  if (failures < 2) return;
  course.failures.delete(toolName);
  course.toolChoice = { type: 'function', function: { name: toolName } };
  run.warn({ code: 'tool_forced', message: `The next turn is bound to a call of \`${toolName}\`.`, toolName });
}

/** Twice the room for an answer that was cut, where there was a bound. */
export function moreRoom({ params }: RunContext): ModelParams {
  const { max_tokens: tokens, max_completion_tokens: completion } = params;
  return {
    ...(typeof tokens === 'number' && { max_tokens: tokens * 2 }),
    ...(typeof completion === 'number' && { max_completion_tokens: completion * 2 }),
  };
}

/** What turns the model's thinking off; empty where nothing can. */
export function withoutThinking(run: RunContext): ModelParams {
  return thinkingParams(run.profile, 'off');
}
