// Owns one run as its loop sees it: the state as folded from its events, what the next turn goes by, and the way to steps and watchers.
// The order of things is left to `loop.ts`.

import type { InnerUse, StepFacts } from '../../core/call.ts';
import type { Host, StepOptions } from '../../core/host.ts';
import { asJson } from '../../core/json.ts';
import type { LoopState, TurnChoice } from '../../core/loop-state.ts';
import { completeLoopState, INITIAL_LOOP_STATE } from '../../core/loop-state.ts';
import type { RunEvent, RunStartEvent } from '../../core/run-event.ts';
import type { RunState } from '../../core/run-state.ts';
import { INITIAL_RUN_STATE, reduceRun } from '../../core/run-state.ts';
import type { RunWarning } from '../../core/run-warning.ts';
import type { RunUsage } from '../../core/usage.ts';
import { addRunUsage } from '../../core/usage.ts';
import type { RunLimits } from '../limits.ts';
import type { Budget } from './budget.ts';
import type { RunHead, TaskTypes } from './task-values.ts';

/** A run as JSON: all that a loop needs to know of its agent and its caller. */
export interface RunRequest {
  readonly start: RunStartEvent;
  readonly limits: RunLimits;
  readonly parallelCalls: number;
  /** For the first turn. */
  readonly toolChoice: TurnChoice | null;
  /** Whether the agent has a structured output. */
  readonly hasOutput: boolean;
}

/** What a loop acts through. */
export interface LoopPorts {
  readonly host: Host;
  readonly emit: (event: RunEvent) => void;
  /** Whether the run was cancelled. */
  readonly signal: { readonly aborted: boolean };
  readonly budget: Budget;
}

/** What steps of the turn under way used beside its own model call. */
export interface TurnUse {
  toolCalls: number;
  innerUsage: RunUsage | undefined;
}

export class LoopRun {
  readonly request: RunRequest;
  readonly host: Host;
  readonly budget: Budget;
  /** What the next turn goes by. Changed in the course of a turn, and told with its end. */
  loop: LoopState;
  /** When the last step that tells the time ended, in this attempt at the run; null while recorded steps are replayed. */
  since: number | null = null;
  use: TurnUse = { toolCalls: 0, innerUsage: undefined };
  readonly #ports: LoopPorts;
  #state: RunState = INITIAL_RUN_STATE;
  #head: RunHead | undefined;
  /** Of all warnings of the run, for each is told once. */
  readonly #warned = new Set<string>();

  constructor(request: RunRequest, ports: LoopPorts) {
    this.request = request;
    this.host = ports.host;
    this.budget = ports.budget;
    this.#ports = ports;
    const { resumed } = request.start;
    const stored = resumed?.loop ?? null;
    this.loop = stored === null ? { ...INITIAL_LOOP_STATE, toolChoice: request.toolChoice } : completeLoopState(stored);
    for (const warning of resumed?.warnings ?? []) this.#warned.add(nameOf(warning));
  }

  get state(): RunState {
    return this.#state;
  }

  get isAborted(): boolean {
    return this.#ports.signal.aborted;
  }

  /** Whether recorded steps are still to come. */
  get isReplaying(): boolean {
    return this.host.isReplaying?.() ?? false;
  }

  /** What the run read at its start. */
  get head(): RunHead {
    if (this.#head === undefined) throw new Error('The run has not started.');
    return this.#head;
  }

  set head({ model, weights, instructions, hasTools }: Omit<RunHead, 'sessionId'>) {
    const { sessionId = this.#state.runId } = this.#state;
    this.#head = { model, weights, instructions, hasTools, sessionId };
  }

  change(loop: Partial<LoopState>): void {
    this.loop = { ...this.loop, ...loop };
  }

  /** Emits an event of the loop itself, and folds it into the state. */
  emit(event: RunEvent): void {
    const told: RunEvent = this.isReplaying ? { ...event, replayed: true } : event;
    this.#state = reduceRun(this.#state, told);
    this.#ports.emit(told);
  }

  /** Warns; the same code about the same thing only once in a run. */
  warn(warning: RunWarning): void {
    const name = nameOf(warning);
    if (this.#warned.has(name)) return;
    this.#warned.add(name);
    const { turns } = this.#state;
    this.emit({ type: 'warning', warning: { ...(turns > 0 && { turn: turns }), ...warning } });
  }

  /** Runs a task as a step. */
  step<Name extends keyof TaskTypes>(
    key: string,
    task: Name,
    input: TaskTypes[Name]['input'],
    options?: StepOptions,
  ): Promise<TaskTypes[Name]['value']> {
    const value: Promise<unknown> = this.host.step(
      { key, task, input: input === null ? null : asJson(input) },
      options,
    );
    return value as Promise<TaskTypes[Name]['value']>; // the task of this name gives no other
  }

  /** Takes over what steps caused beside their results, whether they ran now or were replayed. */
  absorb(facts: readonly StepFacts[]): void {
    if (facts.every(hasNothing)) {
      this.budget.settle(NONE);
      return;
    }
    const inner: InnerUse[] = [];
    for (const { warnings = [], kept = [], inner: uses = [] } of facts) {
      for (const warning of warnings) this.warn(warning);
      for (const result of kept) this.emit({ type: 'result_kept', kept: result });
      inner.push(...uses);
    }
    this.budget.settle(inner.map(({ spent }) => spent));
    for (const { usage, spent } of inner) {
      this.use.toolCalls += spent.toolCalls;
      this.use.innerUsage = this.use.innerUsage === undefined ? usage : addRunUsage(this.use.innerUsage, usage);
    }
  }

  /** Gives what the turn used, and begins to count the next. */
  takeUse(): TurnUse {
    const { use } = this;
    this.use = { toolCalls: 0, innerUsage: undefined };
    return use;
  }
}

function nameOf({ code, toolName = '', callId = '', message }: RunWarning): string {
  return `${code} ${toolName} ${callId} ${message}`;
}

const NONE: readonly never[] = [];

function hasNothing({ warnings, kept, inner }: StepFacts): boolean {
  return warnings === undefined && kept === undefined && inner === undefined;
}
