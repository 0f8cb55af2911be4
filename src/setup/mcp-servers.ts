// Owns bringing MCP servers to agents: `mcpServers` of a definition, files, `mountMcp`. The loop knows them as tool providers only.

import type { Agent, AgentDefinition } from '../agent/agent.ts';
import { defineAgent as defineBareAgent } from '../agent/define-agent.ts';
import type { MountedServers } from '../mcp/mount.ts';
import { createServers, mountServers } from '../mcp/mount.ts';
import type { McpServer, ServerOptions } from '../mcp/server.ts';
import type { McpServers } from '../mcp/server-config.ts';
import { readEnvironment, signInFile } from './environment.ts';
import { packageVersion } from './version.ts';

export interface AgentWithServersDefinition extends AgentDefinition {
  /**
   * MCP servers by name, as in the files of other hosts. Each run starts them and ends them; a program that wants to keep them
   * gives `providers` from `mountMcp` instead. Placeholders such as `${VAR}` are filled in from the environment and `.env`.
   */
  readonly mcpServers?: McpServers;
}

/** Makes an agent. Throws a DefinitionError that says what is wrong with the definition. */
export function defineAgent({ mcpServers = {}, ...definition }: AgentWithServersDefinition): Agent {
  const { providers = [], ...rest } = definition;
  return defineBareAgent({ ...rest, providers: [...providers, ...serversOf(mcpServers)] });
}

/** The servers of a configuration, not started. */
export function serversOf(servers: McpServers): readonly McpServer[] {
  return createServers(servers, hostOptions());
}

/**
 * Starts MCP servers side by side and keeps them until the result is closed (`await using`). One that fails is in `failures`;
 * rejects only when one that is `required` does.
 */
export async function mountMcp(servers: McpServers): Promise<MountedServers> {
  return await mountServers(serversOf(servers));
}

function hostOptions(): ServerOptions {
  const environment = readEnvironment();
  const isPerson = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return {
    surroundings: () => ({ env: environment, workspaceFolder: process.cwd(), version: packageVersion() }),
    signIn: {
      tokenFile: signInFile(environment),
      ...(isPerson && { showUrl: showSignIn }),
    },
  };
}

function showSignIn(server: string, url: string): void {
  process.stderr.write(`\nThe MCP server ${server} wants you to sign in:\n${url}\n`);
}
