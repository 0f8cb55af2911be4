// Owns what a tool is given beside its arguments, and finding the run that a call belongs to. Running the tool is left to `call-task.ts`.

import type { VllmClient } from '../client/client.ts';
import type { CreateHost, StepIo } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';
import type { Message, ToolCall } from '../core/message.ts';
import type { ToolContext } from '../tool/tool.ts';
import type { Budget } from './budget.ts';
import type { RunOptions } from './run-options.ts';

/** What the calls of a run have in common. */
export interface CallRun {
  readonly runId: string;
  readonly budget: Budget;
  readonly options: RunOptions;
  readonly client: VllmClient;
  /** What runs inside it execute on. */
  readonly host: CreateHost;
  readonly messages: () => readonly Message[];
}

/** The run of a call, for an agent that runs as its tool. */
export interface RunOfCall extends Pick<CallRun, 'budget' | 'options' | 'client' | 'host'> {
  readonly emit: StepIo['emit'];
}

export class CallContext implements ToolContext {
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
  readonly #run: CallRun;
  readonly #io: StepIo;
  #controller: AbortController | undefined;
  #isStopped = false;

  constructor({ id: callId, function: { name: toolName } }: ToolCall, run: CallRun, io: StepIo) {
    this.callId = callId;
    this.toolName = toolName;
    this.runId = run.runId;
    this.messages = run.messages();
    this.idempotencyKey = io.idempotencyKey;
    this.context = run.options.context;
    this.progress = (progress) => void io.emit({ type: 'tool_progress', callId, toolName, progress });
    this.#run = run;
    this.#io = io;
    // An own property and not the class's: tools that wrap tools hand on copies, by spreading.
    Object.defineProperty(this, 'signal', { enumerable: true, get: () => this.#signal() });
  }

  /** The run that a call belongs to; undefined for a context that no run made. */
  static runOf(context: ToolContext): RunOfCall | undefined {
    if (!(#run in context)) return undefined;
    const { budget, options, client, host } = context.#run;
    return { budget, options, client, host, emit: context.#io.emit };
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
