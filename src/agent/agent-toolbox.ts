// Owns the tools of an agent by name, made once for all its runs. What a turn adds to them is left to the loop.

import type { Toolbox } from '../tool/toolbox.ts';
import { createToolbox } from '../tool/toolbox.ts';
import type { Agent } from './agent.ts';

const toolboxes = new WeakMap<Agent, Toolbox>();

/** Throws a DefinitionError when two of its tools have one name. */
export function toolboxOf(agent: Agent): Toolbox {
  const toolbox = toolboxes.get(agent) ?? createToolbox([{ owner: `agent \`${agent.name}\``, tools: agent.tools }]);
  toolboxes.set(agent, toolbox);
  return toolbox;
}
