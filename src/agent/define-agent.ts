// Owns checking an agent's definition. Running it is left to `execute.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import { checkThinking } from '../model/profile/thinking.ts';
import { compileSchema } from '../schema/compile.ts';
import { createToolbox } from '../tool/toolbox.ts';
import type { Agent, AgentDefinition } from './agent.ts';
import { resolveLimits } from './limits.ts';
import { checkRescue } from './rescue.ts';

const DEFAULT_PARALLEL_CALLS = 8;

const NAMES: Readonly<Record<keyof AgentDefinition, true>> = {
  name: true,
  description: true,
  instructions: true,
  model: true,
  tools: true,
  providers: true,
  sampling: true,
  toolChoice: true,
  params: true,
  thinking: true,
  rescue: true,
  output: true,
  limits: true,
  parallelCalls: true,
  onEvent: true,
  prepareTurn: true,
  approve: true,
  askUser: true,
};

/** Makes an agent. Throws a DefinitionError that says what is wrong with the definition. */
export function defineAgent(definition: AgentDefinition): Agent {
  const { name, tools = [], parallelCalls = DEFAULT_PARALLEL_CALLS, output } = definition;
  if (typeof name !== 'string' || name.trim() === '') throw new DefinitionError('An agent needs a `name`.');
  for (const key of Object.keys(definition)) {
    if (!Object.hasOwn(NAMES, key)) throw new DefinitionError(`Agent \`${name}\`: there is no option \`${key}\`.`);
  }
  if (!Number.isInteger(parallelCalls) || parallelCalls < 1) {
    throw new DefinitionError(`Agent \`${name}\`: \`parallelCalls\` is ${parallelCalls}; it must be 1 or more.`);
  }
  checkThinking(definition.thinking, `Agent \`${name}\``);
  checkRescue(definition.rescue, `Agent \`${name}\``);
  const { onEvent, prepareTurn, approve, askUser } = definition;
  const agent: Agent = {
    name,
    description: definition.description ?? '',
    instructions: definition.instructions ?? '',
    model: definition.model,
    tools,
    providers: definition.providers ?? [],
    sampling: definition.sampling,
    toolChoice: definition.toolChoice,
    params: definition.params ?? {},
    thinking: definition.thinking,
    rescue: definition.rescue ?? 'auto',
    output: output === undefined ? undefined : compileSchema(output, { name: `output of agent \`${name}\`` }),
    limits: resolveLimits(definition.limits ?? {}),
    parallelCalls,
    ...(onEvent !== undefined && { onEvent }),
    ...(prepareTurn !== undefined && { prepareTurn }),
    ...(approve !== undefined && { approve }),
    ...(askUser !== undefined && { askUser }),
  };
  // Throws when two tools have one name.
  createToolbox([{ owner: `agent \`${name}\``, tools }]);
  return agent;
}
