// Owns what a tool is given beside its arguments, and finding the run that a call belongs to. Running the tool is left to `src/tool`.

import type { VllmClient } from '../../client/client.ts';
import type { InnerUse } from '../../core/call.ts';
import type { StepIo } from '../../core/host.ts';
import type { Message } from '../../core/message.ts';
import type { ToolContext } from '../../tool/tool.ts';
import type { Budget } from '../loop/budget.ts';
import type { RunOptions } from '../run-options.ts';

/** What the calls of a run have in common. */
export interface CallSetting {
  readonly options: RunOptions;
  readonly client: VllmClient;
  /** Absent where the run's limits are counted in another process. */
  readonly budget: Budget | undefined;
}

/** One call among them. */
export interface CallSubject {
  readonly callId: string;
  readonly toolName: string;
  /** The conversation before this turn. */
  readonly messages: readonly Message[];
  readonly idempotencyKey: string;
  /** Counts what a run inside the call used. */
  readonly addUse: (use: InnerUse) => void;
}

/** The run of a call, for an agent that runs as its tool. */
export interface OuterRun {
  readonly setting: CallSetting;
  readonly io: StepIo;
  /** Of the call: the id of the run inside it. */
  readonly idempotencyKey: string;
  readonly addUse: CallSubject['addUse'];
}

/** What a tool is given, and how its signal is aborted. */
export interface MadeContext {
  readonly context: ToolContext;
  readonly stop: () => void;
}

/** A symbol, so that it is none of the names that a tool's author sees, and goes along when a tool hands on a copy. */
const OUTER = Symbol('the run of the call');

type OwnContext = ToolContext & { readonly [OUTER]: OuterRun };

export function createCallContext(subject: CallSubject, setting: CallSetting, io: StepIo): MadeContext {
  const { callId, toolName, messages, idempotencyKey, addUse } = subject;
  const controller = new AbortController();
  const context: OwnContext = {
    callId,
    toolName,
    runId: io.runId,
    messages,
    idempotencyKey,
    context: setting.options.context,
    signal: controller.signal,
    /** For people: it is shown when there is room, and the tool is not held up for it. */
    progress: (progress) => io.emit({ type: 'tool_progress', callId, toolName, progress }),
    [OUTER]: { setting, io, idempotencyKey, addUse },
  };
  return { context, stop: () => controller.abort() };
}

/** The run that a call belongs to; undefined for a context that no run made. */
export function outerRunOf(context: ToolContext): OuterRun | undefined {
  return OUTER in context ? (context as OwnContext)[OUTER] : undefined;
}
