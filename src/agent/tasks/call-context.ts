// Owns what a tool is given beside its arguments, and finding the run that a call belongs to. Running the tool is left to `src/tool`.

import type { VllmClient } from '../../client/client.ts';
import type { InnerUse } from '../../core/call.ts';
import type { StepIo } from '../../core/host.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Message } from '../../core/message.ts';
import type { StoppableContext } from '../../tool/run-call.ts';
import type { ToolContext } from '../../tool/tool.ts';
import type { Budget } from '../loop/budget.ts';
import type { RunOptions } from '../run-options.ts';

/** What the calls of a run have in common. */
export interface CallSetting {
  readonly runId: string;
  readonly options: RunOptions;
  readonly client: VllmClient;
  /** Absent where the run's limits are counted in another worker. */
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
export interface OuterRun extends CallSetting, Pick<CallSubject, 'idempotencyKey' | 'addUse'> {
  readonly io: StepIo;
}

export class CallContext implements StoppableContext {
  readonly callId: string;
  readonly toolName: string;
  readonly runId: string;
  readonly messages: readonly Message[];
  readonly idempotencyKey: string;
  readonly context: unknown;
  /** Made when the tool asks for it: most tools are done before anything could stop them. */
  declare readonly signal: AbortSignal;
  /** For people: it is shown when there is room, and the tool is not held up for it. */
  readonly progress: (progress: JsonValue) => void;
  /** Private: what a tool's author sees is what a tool may use. */
  readonly #outer: OuterRun;
  #controller: AbortController | undefined;
  #isStopped = false;

  constructor({ callId, toolName, messages, idempotencyKey, addUse }: CallSubject, setting: CallSetting, io: StepIo) {
    this.callId = callId;
    this.toolName = toolName;
    this.runId = setting.runId;
    this.messages = messages;
    this.idempotencyKey = idempotencyKey;
    this.context = setting.options.context;
    this.progress = (progress) => io.emit({ type: 'tool_progress', callId, toolName, progress });
    this.#outer = { ...setting, idempotencyKey, addUse, io };
    // An own property and not the class's: tools that wrap tools hand on copies, by spreading.
    Object.defineProperty(this, 'signal', { enumerable: true, get: () => this.#signal() });
  }

  /** The run that a call belongs to; undefined for a context that no run made. */
  static runOf(context: ToolContext): OuterRun | undefined {
    return #outer in context ? context.#outer : undefined;
  }

  /** Aborts the signal. */
  stop(): void {
    this.#isStopped = true;
    this.#controller?.abort();
  }

  #signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isStopped) this.#controller.abort();
    return this.#controller.signal;
  }
}
