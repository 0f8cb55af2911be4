// Owns the text of `--help`, made from the agent's own definition.

import type { Agent } from '../agent/agent.ts';

/** What a shell and a person are told of how it went. */
export const EXIT = { done: 0, failed: 1, usage: 2, limit: 3, empty: 4, waiting: 5, interrupted: 130 } as const;

export function helpText(agent: Agent, program: string): string {
  const tools = agent.tools.map(({ name, description }) => `  ${name}  ${description.split('\n')[0]}`);
  const lines = [
    `${agent.name}${agent.description === '' ? '' : `: ${agent.description}`}`,
    '',
    `Usage: npx tsx ${program} [flags] "question"`,
    '       What is piped in is added to the question, or is the question.',
    '       Without a question, on a terminal: a chat.',
    '',
    'Tools:',
    ...(tools.length > 0 ? tools : ['  none']),
    ...agent.providers.map(({ name }) => `  those of the server ${name}`),
    '',
    'Flags:',
    '  -m, --model NAME      the model to ask; left out: the only one that the server serves',
    '      --base-url URL    the server, with its /v1',
    '      --max-turns N     ends the run after so many model calls',
    '      --tool-choice W   auto, required, or the name of a tool; for the first turn',
    '      --param NAME=VALUE    a parameter of the request, such as temperature=0; may be repeated',
    '      --no-tools        offers the model no tools',
    '      --approve WHICH   of calls that need an approval: ask (on a terminal, the default), all, none',
    '      --mcp FILE        mounts the MCP servers of a file (mcpServers, servers); may be repeated',
    '      --mcp-url URL     mounts the MCP server at a URL; may be repeated',
    '      --json            prints the events of the run, one a line',
    '  -v, --verbose         tells warnings and timings',
    '      --doctor          examines the server and the agent, and says what to mend',
    '      --version         prints the version of vllm-agents',
    '  -h, --help            prints this',
    '',
    'Environment: VLLM_BASE_URL, VLLM_API_KEY, VLLM_MODEL; also from a file .env. Flags win over them.',
    'With no server named and none on localhost:8000, a built-in simulator answers.',
    '',
    `Exit codes: ${Object.entries(EXIT)
      .map(([name, code]) => `${code} ${name}`)
      .join(', ')}.`,
    '',
  ];
  return lines.join('\n');
}
