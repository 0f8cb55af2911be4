// Owns MCP servers with what this process gives them when they start: variables, the current folder, the file of sign-ins, a terminal.

import { exact, visibleLine } from '../core/visible.ts';
import type { Surroundings } from '../mcp/expand.ts';
import type { MountedServers, MountOptions } from '../mcp/mount.ts';
import { createServers, mountServers } from '../mcp/mount.ts';
import type { McpServer } from '../mcp/server.ts';
import type { McpServers } from '../mcp/server-config.ts';
import { readEnvironment, signInFile } from './environment.ts';
import { packageVersion } from './version.ts';

/** The servers of a configuration, not started. Throws a DefinitionError for a wrong configuration; reads nothing yet. */
export function serversOf(servers: McpServers): readonly McpServer[] {
  return createServers(servers, readSurroundings);
}

/**
 * Starts MCP servers side by side and keeps them until the result is closed (`await using`). One that fails is in `failures`;
 * rejects only when one that is `required` fails.
 */
export async function mountMcp(servers: McpServers, options: MountOptions = {}): Promise<MountedServers> {
  return await mountServers(serversOf(servers), options);
}

function readSurroundings(): Surroundings {
  const problems: string[] = [];
  const env = readEnvironment((problem) => problems.push(problem));
  const hasTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return {
    env,
    workspaceFolder: process.cwd(),
    version: packageVersion(),
    signIn: { tokenFile: signInFile(env), ...(hasTerminal && { showUrl }) },
    ...(problems.length > 0 && { problem: problems.join(' ') }),
  };
}

function showUrl(server: string, url: string): void {
  process.stderr.write(signInNotice(server, url));
}

/** @internal What a person is shown. The server chose the address. */
export function signInNotice(server: string, url: string): string {
  return `\nThe MCP server ${visibleLine(server)} asks you to sign in:\n${exact(url)}\n`;
}
