// Owns what the tests of the loop share: calls and answers as plain data, and a run on a host that answers from a table.

import type { RunLimits } from '../../../src/agent/limits.ts';
import { DEFAULT_LIMITS } from '../../../src/agent/limits.ts';
import { Budget } from '../../../src/agent/loop/budget.ts';
import type { RunRequest } from '../../../src/agent/loop/loop-run.ts';
import { LoopRun } from '../../../src/agent/loop/loop-run.ts';
import type { ModelValue } from '../../../src/agent/loop/task-values.ts';
import type { CallValue } from '../../../src/core/call.ts';
import { NOTHING_SPENT } from '../../../src/core/run-state.ts';
import type {
  CallProblem,
  Host,
  JsonValue,
  KeptResult,
  LoopState,
  ReadyCall,
  RefusedCall,
  RunEvent,
  RunSpent,
  RunWarning,
  Step,
  StepResult,
} from '../../../src/index.ts';

/** The call of one place of turn 1; its arguments tell it from all others. */
export function readyCall(at: number, given: Partial<ReadyCall> = {}): ReadyCall {
  return {
    type: 'ready',
    key: `t1/call/${at}`,
    callId: `c${at}`,
    toolName: 'look',
    arguments: { at },
    approvalId: null,
    isSequential: false,
    holdsRun: false,
    ...given,
  };
}

export function refusedCall(at: number, problem: CallProblem, given: Partial<RefusedCall> = {}): RefusedCall {
  return {
    type: 'refused',
    key: `t1/call/${at}`,
    callId: `c${at}`,
    toolName: 'look',
    problem,
    message: `It went back: ${problem}.`,
    argumentsText: `{"at": ${at}`,
    ...given,
  };
}

/** What the step of a call gives. */
export function ran(content: string, given: Partial<CallValue> = {}): CallValue {
  return { hasRun: true, result: { isError: false, content }, problem: null, facts: {}, ...given };
}

export function says(content: string): Pick<ModelValue, 'message'> {
  return { message: { role: 'assistant', content } };
}

/** An empty answer, except for what is given. */
export function modelValue(given: Partial<ModelValue> = {}): ModelValue {
  return {
    message: { role: 'assistant', content: '' },
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
    contextTokens: 50,
    facts: {},
    ...given,
  };
}

export interface RunGiven {
  readonly request?: Partial<RunRequest>;
  readonly limits?: Partial<RunLimits>;
  readonly spent?: Partial<RunSpent>;
  readonly loop?: Partial<LoopState>;
  readonly kept?: readonly KeptResult[];
  /** What the step of each call gives, by key; an Error is what it throws. Default: the key. */
  readonly values?: Readonly<Record<string, CallValue | Error>>;
  /** What is decided, by the name of the signal. Default: nothing. */
  readonly decisions?: Readonly<Record<string, JsonValue>>;
  /** Aborts the run when a host is asked for this key or signal. */
  readonly abortAt?: string;
  readonly isAborted?: boolean;
}

export interface TriedRun {
  readonly run: LoopRun;
  /** What the host was asked for, in order. */
  readonly asked: JsonValue[];
  readonly steps: Step[];
  readonly warnings: RunWarning[];
  readonly events: RunEvent[];
}

/** A run in its first turn. */
export function tryLoop(given: RunGiven = {}): TriedRun {
  const { values = {}, decisions = {}, abortAt, kept, isAborted = false } = given;
  const limits = { ...DEFAULT_LIMITS, ...given.limits };
  const signal = { aborted: isAborted };
  const asked: JsonValue[] = [];
  const steps: Step[] = [];
  const warnings: RunWarning[] = [];
  const events: RunEvent[] = [];
  const notice = (name: string): void => {
    if (name === abortAt) signal.aborted = true;
  };
  const answerStep = ({ key }: Step): StepResult => {
    notice(key);
    const value = values[key] ?? ran(`result of ${key}`);
    // A call's value is JSON, declared as an interface.
    return value instanceof Error
      ? { status: 'rejected', reason: value.message }
      : { status: 'fulfilled', value: value as unknown as JsonValue };
  };
  const host: Host = {
    step: async ({ key }) => Promise.reject(new Error(`Nobody should ask for ${key}.`)),
    all: async (group, limit) => {
      asked.push({ all: group.map(({ key }) => key), limit });
      steps.push(...group);
      return group.map(answerStep);
    },
    signal: async (name, request) => {
      asked.push({ signal: name, request });
      notice(name);
      return decisions[name];
    },
  };
  const request: RunRequest = {
    start: { type: 'run_start', runId: 'r', agent: 'a', messages: ASKED, ...(kept !== undefined && { kept }) },
    limits,
    parallelCalls: 8,
    toolChoice: null,
    hasOutput: false,
    ...given.request,
  };
  const budget = new Budget(limits, { ...NOTHING_SPENT, ...given.spent });
  const emit = (event: RunEvent): void => {
    events.push(event);
    if (event.type === 'warning') warnings.push(event.warning);
  };
  const run = new LoopRun(request, { host, emit, signal, budget });
  run.emit(request.start);
  run.head = { model: 'm', weights: null, instructions: '', hasTools: true };
  run.emit({ type: 'turn_start', turn: 1, added: [] });
  run.change(given.loop ?? {});
  return { run, asked, steps, warnings, events };
}

const ASKED = [{ role: 'user', content: 'Look.' }] as const;
