// Owns an agent over the files of one folder through an MCP server: FILES_ROOT=notes npx tsx agents/files-mcp.ts "What is in here?"

import { defineAgent, runMain } from '../src/index.ts';

export const filesMcp = defineAgent({
  name: 'files-mcp',
  description: 'Reads, searches and writes the files of one folder, through the MCP filesystem server.',
  instructions: 'You work on the files of one folder. Look before you answer. Write only when you are asked to.',
  mcpServers: {
    files: {
      command: 'npx',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: filled in when the server starts
      args: ['-y', '@modelcontextprotocol/server-filesystem', '${FILES_ROOT:-.}'],
      required: true,
      // The old name of `read_text_file`.
      deny: ['read_file'],
    },
  },
});

runMain(import.meta, filesMcp);
