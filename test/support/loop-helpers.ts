// Owns a run of the loop alone, on a host that answers from a table: for tests of the loop's modules.

import { Budget } from '../../src/agent/loop/budget.ts';
import type { RunRequest } from '../../src/agent/loop/loop-run.ts';
import { LoopRun } from '../../src/agent/loop/loop-run.ts';
import type { ModelValue } from '../../src/agent/loop/task-values.ts';
import type { TurnEndEvent } from '../../src/core/run-event.ts';
import type { Host, JsonValue, LoopState, ReadyCall, RefusedCall, RunEvent, RunLimits, Step } from '../../src/index.ts';
import { DEFAULT_LIMITS } from '../../src/index.ts';

export interface LoopTable {
  readonly limits?: Partial<RunLimits>;
  readonly loop?: Partial<LoopState>;
  readonly hasOutput?: boolean;
  /** What a step of a call gives: default its key as a result. */
  readonly runStep?: (step: Step) => JsonValue;
  /** Decisions by signal name. */
  readonly decisions?: Readonly<Record<string, boolean>>;
  readonly signal?: { aborted: boolean };
}

export interface TriedLoop {
  readonly run: LoopRun;
  readonly events: RunEvent[];
  /** What the host was asked for, in order; steps side by side in brackets. */
  readonly asked: string[];
}

export function loopRun(table: LoopTable = {}): TriedLoop {
  const events: RunEvent[] = [];
  const asked: string[] = [];
  const { signal = { aborted: false }, runStep = resultOf } = table;
  const host: Host = {
    step: async (step) => {
      asked.push(step.key);
      return runStep(step);
    },
    all: async (steps) => {
      asked.push(`[${steps.map(({ key }) => key).join(' ')}]`);
      return steps.map((step) => {
        try {
          return { status: 'fulfilled', value: runStep(step) };
        } catch (error) {
          return { status: 'rejected', reason: String(error) };
        }
      });
    },
    signal: async (name) => {
      asked.push(name);
      return table.decisions?.[name];
    },
  };
  const limits = { ...DEFAULT_LIMITS, ...table.limits };
  const request: RunRequest = {
    start: { type: 'run_start', runId: 'run', agent: 'tested', messages: [{ role: 'user', content: 'Do it.' }] },
    limits,
    parallelCalls: 8,
    toolChoice: null,
    hasOutput: table.hasOutput ?? false,
  };
  const budget = new Budget(limits, { turns: 0, toolCalls: 0, tokens: 0, corrections: 0, timeMs: 0 });
  const run = new LoopRun(request, { host, emit: (event) => events.push(event), signal, budget });
  run.emit(request.start);
  run.head = { model: 'fake', weights: null, instructions: '', hasTools: true };
  if (table.loop !== undefined) run.change(table.loop);
  return { run, events, asked };
}

/** What the task of a call gives for one that returned its key. */
export function resultOf({ key }: Step): JsonValue {
  return { hasRun: true, result: { isError: false, content: `result of ${key}` }, problem: null, facts: {} };
}

export function readyCall(at: number, change: Partial<ReadyCall> = {}): ReadyCall {
  return {
    type: 'ready',
    key: `t1/call/${at}`,
    callId: `c${at}`,
    toolName: 'look',
    arguments: { at },
    approvalId: null,
    isSequential: false,
    holdsRun: false,
    ...change,
  };
}

export function refusedCall(at: number, change: Partial<RefusedCall> = {}): RefusedCall {
  return {
    type: 'refused',
    key: `t1/call/${at}`,
    callId: `c${at}`,
    toolName: 'look',
    problem: 'invalid_arguments',
    message: 'Its arguments do not fit.',
    argumentsText: `{"at": "${at}"}`,
    ...change,
  };
}

export function modelValue(
  change: Partial<ModelValue> & { readonly text?: string; readonly thinking?: string } = {},
): ModelValue {
  const { text = '', thinking, ...rest } = change;
  return {
    message: { role: 'assistant', content: text, ...(thinking !== undefined && { reasoning: thinking }) },
    calls: [],
    finishReason: 'stop',
    usage: null,
    timings: null,
    wasCut: false,
    hasCutCall: false,
    hasOnlyLeftCalls: false,
    isMeantCall: false,
    isParsed: false,
    failure: null,
    overflow: null,
    output: null,
    toolMode: 'server',
    contextTokens: 10,
    facts: {},
    ...rest,
  };
}

/** Ends the turn under way with what the history gains. */
export function endTurn({ run }: TriedLoop, messages: TurnEndEvent['messages']): void {
  run.emit({
    type: 'turn_end',
    turn: 1,
    messages,
    finishReason: 'stop',
    usage: null,
    timings: null,
    toolCalls: 0,
    spent: run.budget.spent,
    loop: run.loop,
  });
}
