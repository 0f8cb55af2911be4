// Owns the public `defineAgent`: an agent with MCP servers by name. The agent knows them as tool providers only; neither the environment
// nor a file is read here, but by `mount-mcp.ts` when a server starts.

import type { Agent, AgentDefinition } from '../agent/agent.ts';
import { checkDefinition } from '../agent/check-options.ts';
import { defineAgent as defineBareAgent } from '../agent/define-agent.ts';
import type { McpServers } from '../mcp/server-config.ts';
import { serversOf } from './mount-mcp.ts';

export interface AgentWithServersDefinition extends AgentDefinition {
  /**
   * MCP servers by name, as in other programs' configuration files. Each run starts them and ends them; a program that wants to keep
   * them gives `providers` from `mountMcp` instead. Placeholders such as `${VAR}` are filled in from the environment and the file `.env`
   * when a server starts.
   */
  readonly mcpServers?: McpServers;
}

/** Makes an agent. Throws a DefinitionError that says what is wrong with the definition. */
export function defineAgent(definition: AgentWithServersDefinition): Agent {
  checkDefinition(definition, ['mcpServers']);
  const { mcpServers = {}, providers = [], ...rest } = definition;
  return defineBareAgent({ ...rest, providers: [...providers, ...serversOf(mcpServers)] });
}
