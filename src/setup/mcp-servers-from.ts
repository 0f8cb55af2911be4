// Owns reading configuration files of MCP servers with what this process gives: its current folder, and its warnings. What such a file may
// hold is left to the room of MCP.

import { readServersFile } from '../mcp/config-file.ts';
import type { McpServers } from '../mcp/server-config.ts';

export interface McpFileOptions {
  /**
   * Called for each server that is left out because its configuration is wrong, and for each field that means nothing here, with a sentence.
   * Default: a warning of the process.
   */
  readonly onProblem?: (problem: string) => void;
}

/**
 * The servers of a configuration file of another program. Throws a DefinitionError that names the file when it cannot be read; a server that
 * is wrong is left out alone. Placeholders are filled in when a server starts.
 */
export function mcpServersFrom(path: string, { onProblem = warnProcess }: McpFileOptions = {}): McpServers {
  return readServersFile(path, { onProblem, workspaceFolder: process.cwd() });
}

function warnProcess(problem: string): void {
  process.emitWarning(problem, 'McpConfigWarning');
}
