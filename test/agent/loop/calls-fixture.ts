// Owns what tests of answered calls share: a batch of calls on the host of `loop-fixture.ts`, and what a turn with all results adds.

import type { BatchEnd, CallBatch, CallReport } from '../../../src/agent/loop/calls.ts';
import { answerCalls } from '../../../src/agent/loop/calls.ts';
import type { AssistantMessage, CallProblem, PreparedCall, ToolMessage } from '../../../src/index.ts';
import type { RunGiven, TriedRun } from './loop-fixture.ts';
import { tryLoop } from './loop-fixture.ts';

export const MESSAGE = { role: 'assistant', content: 'I look.' } as const;
export const CANCELLED = 'The run was cancelled before this call ran.';

/** The message that makes the calls of these places, as `readyCall` prepares them. */
export function assistant(...places: readonly number[]): AssistantMessage {
  const tool_calls = places.map((at) => ({
    id: `c${at}`,
    type: 'function' as const,
    function: { name: 'look', arguments: JSON.stringify({ at }) },
  }));
  return { role: 'assistant', content: null, tool_calls };
}

export function toolMessage(at: number, content: string): ToolMessage {
  return { role: 'tool', tool_call_id: `c${at}`, content };
}

export async function answerAll(
  calls: readonly PreparedCall[],
  given: RunGiven = {},
  batch: Partial<CallBatch> = {},
): Promise<TriedRun & { readonly end: BatchEnd }> {
  const tried = tryLoop(given);
  const whole = { turn: 1, message: MESSAGE, calls, results: [], wasCounted: false, ...batch };
  return { ...tried, end: await answerCalls(tried.run, whole) };
}

export function report(at: number, problem: CallProblem | null = null): CallReport {
  return { callId: `c${at}`, toolName: 'look', problem };
}

/** The history that a turn adds, its calls all with the result that is expected of them. */
export function ended(contents: readonly string[], problems: readonly (CallProblem | null)[] = []): BatchEnd {
  return {
    messages: [MESSAGE, ...contents.map((content, at) => toolMessage(at, content))],
    pending: undefined,
    outcome: undefined,
    problems: contents.map((_, at) => report(at, problems[at] ?? null)),
    needsWords: false,
  };
}

export function keys(...places: readonly number[]): string[] {
  return places.map((at) => `t1/call/${at}`);
}

/** What the host of `tryLoop` answers where it is not told otherwise. */
export function results(...places: readonly number[]): string[] {
  return keys(...places).map((key) => `result of ${key}`);
}
