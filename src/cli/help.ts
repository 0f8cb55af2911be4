// Owns the exit codes, and the text of `--help`, which is made from the agent's definition.

import type { Agent } from '../agent/agent.ts';

/** Exit codes of a program. */
export const EXIT = { done: 0, failed: 1, usage: 2, limit: 3, empty: 4, waiting: 5, interrupted: 130 } as const;

export function helpText(agent: Agent, program: string): string {
  const tools = agent.tools.map(({ name, description }) => `  ${name}  ${description.split('\n')[0]}`);
  const lines = [
    `${agent.name}${agent.description === '' ? '' : `: ${agent.description}`}`,
    '',
    `Usage: npx tsx ${program} [flags] "question"`,
    '       Piped input is the question; beside a question it is read only when - is added.',
    '       Without a question on a terminal, a chat starts.',
    '',
    'Tools:',
    ...(tools.length > 0 ? tools : ['  none']),
    ...agent.providers.map(({ name }) => `  the tools of the server ${name}`),
    '',
    'Flags:',
    '  -m, --model NAME      the model; default: the only one that the server has',
    '      --base-url URL    the address of the server, ending in /v1',
    '      --simulate        lets a built-in simulator answer: it understands nothing, and your tools really run',
    '      --max-turns N     ends the run after N model calls',
    '      --tool-choice CHOICE  auto, required, or the name of a tool; for the first turn',
    '      --param NAME=VALUE    a request parameter, such as temperature=0; may be repeated',
    '      --no-tools        offers no tools to the model',
    '      --approve MODE    for calls that need approval: ask (the default on a terminal), all or none',
    "      --mcp FILE        mounts the MCP servers in a file (mcpServers, servers), or the project's own with auto; may be repeated",
    '      --mcp-url URL     mounts the MCP server at a URL; may be repeated',
    '      --json            prints the events of the run, one per line',
    '  -v, --verbose         prints warnings and timings',
    '      --doctor          checks the server and the agent, and says what to fix',
    '      --version         prints the version of vllm-agents',
    '  -h, --help            prints this help',
    '',
    'What is said and done is stored, and goes on:',
    '  -c, --continue        with the last conversation in this folder, and with what was interrupted',
    '      --resume [NAME]   with the conversation of a name or id; without one, choose from a list',
    '      --session NAME    with the conversation of this name, which is begun if there is none',
    '      --store FILE      stores in this file',
    '      --ephemeral       stores nothing',
    `  npx tsx ${program} runs --help      lists, shows, resumes, approves and cancels runs`,
    `  npx tsx ${program} sessions --help  lists, shows, renames and exports conversations`,
    `  npx tsx ${program} store --help     checks, exports and prunes the store`,
    '',
    'Environment: VLLM_BASE_URL, VLLM_API_KEY, VLLM_MODEL, VLLM_AGENTS_HOME (the folder of the store), also read from a',
    'file .env. Flags take precedence. If no server is named, the one on localhost:8000 is used.',
    '',
    `Exit codes: ${Object.entries(EXIT)
      .map(([name, code]) => `${code} ${name}`)
      .join(', ')}.`,
    '',
  ];
  return lines.join('\n');
}
