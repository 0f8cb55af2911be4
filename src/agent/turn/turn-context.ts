// Owns what the parts of one question to the model share. Asking it is left to `ask-model.ts`.

import type { VllmClient } from '../../client/client.ts';
import type { RunWarning } from '../../core/run-warning.ts';
import type { ModelParams } from '../../model/model-params.ts';
import type { Profile } from '../../model/profile/profile.ts';
import { mintId } from '../../model/profile/profile-of.ts';
import type { Agent, RunHooks } from '../agent.ts';
import type { ModelInput } from '../loop/task-values.ts';

export interface TurnContext {
  readonly agent: Agent;
  readonly client: VllmClient;
  readonly hooks: RunHooks;
  readonly input: ModelInput;
  readonly profile: Profile;
  /** The run's, without those of this request alone. */
  readonly params: ModelParams;
  readonly signal: AbortSignal;
  readonly warn: (warning: RunWarning) => void;
}

/** What the ids of calls depend on. */
export interface CallsOfTurn {
  readonly profile: Profile;
  readonly input: Pick<ModelInput, 'turn' | 'messages'>;
}

/** An id of the kind that the model's family has. `index` counts the calls of this answer. */
export function mintCallId({ profile, input }: CallsOfTurn, name: string, index: number): string {
  return mintId(profile, name, callCount(input) + index);
}

/** The calls of the conversation so far. */
export function callCount({ messages }: Pick<ModelInput, 'messages'>): number {
  let count = 0;
  for (const message of messages) if (message.role === 'assistant') count += message.tool_calls?.length ?? 0;
  return count;
}
