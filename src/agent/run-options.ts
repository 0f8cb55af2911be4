// Owns what a run is given and what it gives back. Doing it is left to `execute.ts`.

import type { ToolChoice } from '../client/chat-params.ts';
import type { VllmClient } from '../client/client.ts';
import type { CreateHost } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Outcome } from '../core/run-event.ts';
import type { RunState } from '../core/run-state.ts';
import type { RunWarning } from '../core/run-warning.ts';
import type { RunUsage } from '../core/usage.ts';
import type { ModelParams } from '../model/model-params.ts';
import type { Thinking } from '../model/profile/thinking.ts';
import type { Agent, Rescue, RunHooks } from './agent.ts';
import type { RunLimits } from './limits.ts';
import type { Budget } from './loop/budget.ts';

/** A question, or messages. Empty text adds nothing: for a run that goes on by its decisions. */
export type RunInput = string | readonly Message[];

export interface RunOptions extends RunHooks {
  /** Default: a client from the environment (`VLLM_BASE_URL`, `VLLM_API_KEY`). */
  readonly client?: VllmClient;
  /** Wins over the agent's. */
  readonly model?: string | undefined;
  /** Ends the run with the outcome `aborted`; the history stays sendable. */
  readonly signal?: AbortSignal | undefined;
  /** Handed to tools and to `needsApproval`. */
  readonly context?: unknown;
  /**
   * The state of an earlier run of this agent. A run that waits, or that ended before it was done and is given no input, goes on as the same
   * run, with its counts and limits; otherwise a new run goes on with the conversation.
   */
  readonly state?: RunState | undefined;
  /** Continues a conversation; not together with `state`. */
  readonly messages?: readonly Message[] | undefined;
  /** Decisions on the calls of a run that ended `waiting`, by the `id` of each entry of `outcome.approvals`. */
  readonly approvals?: Readonly<Record<string, boolean>>;
  /** For the first turn; wins over the agent's. */
  readonly toolChoice?: ToolChoice | undefined;
  /** Over the agent's. */
  readonly params?: ModelParams;
  /** Over the agent's. */
  readonly limits?: Partial<RunLimits>;
  /** Over the agent's. */
  readonly thinking?: Thinking | undefined;
  /** Over the agent's. */
  readonly rescue?: Rescue;
  /** What the run executes on. Default: this process, storing nothing. */
  readonly host?: CreateHost;
  /** Default: a new one; a run that goes on keeps its own. */
  readonly runId?: string;
  /**
   * Names the conversation to the servers and routers that keep it on one replica: every request of the run carries it. Default: that of
   * `state`, else the run's id. Give it where a conversation goes on by `messages`. `params.session_id` wins over it; null there sends none.
   */
  readonly sessionId?: string;
}

export interface RunResult {
  readonly outcome: Outcome;
  /** The model's last words: the answer, or what there was of it. */
  readonly text: string;
  /** The structured output of an agent with `output`, when the run completed. */
  readonly output: JsonValue | undefined;
  /** The whole conversation, without the instructions; always sendable. */
  readonly messages: readonly Message[];
  readonly usage: RunUsage;
  readonly turns: number;
  /** For continuing the run, here or elsewhere. */
  readonly state: RunState;
  readonly warnings: readonly RunWarning[];
  /** This result when the run completed; else throws a RunError that says why it did not. */
  readonly orThrow: () => RunResult;
}

export interface RunJob {
  readonly agent: Agent;
  readonly input: RunInput;
  readonly options: RunOptions;
  readonly client: VllmClient;
  readonly host: CreateHost;
  /** Of the run that this one is a part of, when an agent is used as a tool. */
  readonly budget: Budget | undefined;
}
