// Owns what the parts of one run share: its state, its events, its budget, its way out. The order of things is the loop's.

import type { ToolChoice } from '../client/chat-params.ts';
import type { VllmClient } from '../client/client.ts';
import type { Host } from '../core/host.ts';
import type { Message } from '../core/message.ts';
import type { RunEvent, RunWarning } from '../core/run-event.ts';
import type { ModelParams } from '../model/model-params.ts';
import type { Profile } from '../model/profile/profile.ts';
import { mintId } from '../model/profile/profile-of.ts';
import type { Tool } from '../tool/tool.ts';
import type { Toolbox } from '../tool/toolbox.ts';
import type { Agent, RunHooks } from './agent.ts';
import type { Budget } from './budget.ts';
import type { RunLimits } from './limits.ts';
import type { RunState } from './run-state.ts';

export interface RunContext {
  readonly agent: Agent;
  readonly client: VllmClient;
  readonly hooks: RunHooks;
  readonly host: Host;
  readonly toolbox: Toolbox;
  readonly budget: Budget;
  readonly limits: RunLimits;
  readonly signal: AbortSignal;
  readonly instructions: string;
  readonly model: string;
  readonly params: ModelParams;
  readonly toolChoice: ToolChoice | undefined;
  /** As folded from the events so far. */
  readonly state: () => RunState;
  /** Sets the tools that this turn's calls are looked up in. */
  readonly useToolbox: (toolbox: Toolbox) => void;
  readonly emit: (event: RunEvent) => Promise<void> | undefined;
  /** Warns; the same code about the same thing only once. */
  readonly warn: (warning: RunWarning) => void;
  /** Messages that `send` added since the last time; whoever watches, and waits for nothing else, has seen what came before. */
  readonly takeSteering: () => Promise<readonly Message[]>;
  /** Tools that providers bring, as of now. */
  readonly providedTools: () => readonly Tool[];
  /** Tools that the run itself adds to the agent's. */
  readonly extraTools: () => readonly Tool[];
  readonly profile: Profile;
}

/** An id of the kind that the model's family has. `index` counts the calls of this answer. */
export function mintCallId(run: RunContext, name: string, index: number): string {
  return mintId(run.profile, name, callCount(run) + index);
}

/** The calls of the conversation so far. */
export function callCount(run: RunContext): number {
  const counts = run
    .state()
    .messages.map((message) => (message.role === 'assistant' ? (message.tool_calls?.length ?? 0) : 0));
  return counts.reduce((sum, count) => sum + count, 0);
}
