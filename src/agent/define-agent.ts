// Owns making an agent from its definition. What is wrong with one is left to `check-options.ts`, running it to `execute.ts`.

import { compileSchema } from '../schema/compile.ts';
import { createToolbox } from '../tool/toolbox.ts';
import type { Agent, AgentDefinition } from './agent.ts';
import { checkDefinition } from './check-options.ts';
import { resolveLimits } from './limits.ts';

const DEFAULT_PARALLEL_CALLS = 8;

/** Makes an agent. Throws a DefinitionError that says what is wrong with the definition. */
export function defineAgent(definition: AgentDefinition): Agent {
  checkDefinition(definition);
  const { name, tools = [], parallelCalls = DEFAULT_PARALLEL_CALLS, output } = definition;
  const { onEvent, prepareTurn, approve, askUser } = definition;
  const agent: Agent = {
    name,
    description: definition.description ?? '',
    instructions: definition.instructions ?? '',
    model: definition.model,
    tools,
    providers: definition.providers ?? [],
    toolSearch: definition.toolSearch ?? 'auto',
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
