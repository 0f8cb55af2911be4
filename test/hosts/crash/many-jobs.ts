// Owns ten runs of one process that are killed at random: parallel calls, approvals, an agent as a tool, tools on a server without a tool
// parser, an MCP server. The same in every process. Killing it is left to `random-kills.test.ts`.

import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Agent, RunEvent, Store, Tool } from '../../../src/index.ts';
import { agentTool, defineAgent, defineTool, run, VllmClient } from '../../../src/index.ts';
import type { RecordedRequest, Step } from '../../../src/testing/index.ts';
import { answer } from '../../../src/testing/index.ts';

export const RUNS = 10;

export const runIds: readonly string[] = Array.from({ length: RUNS }, (_, at) => `job-${at}`);

/** Every third run is on the server without a tool parser. */
const isWithoutParser = (runId: string): boolean => Number(runId.split('-')[1]) % 3 === 2;

export interface ManySetting {
  readonly store: Store;
  readonly baseUrl: string;
  /** Of a server without a tool parser. */
  readonly plainUrl: string;
  /** Where it is written down which calls have begun. */
  readonly effects: string;
  /** Where the MCP server writes down what it has counted. */
  readonly counted: string;
  /** The file of the MCP server. */
  readonly server: string;
  readonly onEvent: (event: RunEvent) => void;
}

/** Runs all of them, or goes on with them. */
export async function runMany(setting: ManySetting): Promise<void> {
  const { store, baseUrl, plainUrl, onEvent } = setting;
  await using client = new VllmClient(baseUrl);
  await using plain = new VllmClient(plainUrl);
  const agent = workerAgent(setting);
  const one = async (runId: string): Promise<void> => {
    const own = isWithoutParser(runId) ? plain : client;
    await run(agent, `Do ${runId}.`, { store, runId, session: runId, client: own, approve: () => true, onEvent });
  };
  await Promise.all(runIds.map(one));
}

function workerAgent({ effects, counted, server }: ManySetting): Agent {
  const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
    ...defineTool({
      name,
      description: `The tool ${name}.`,
      parameters: { type: 'object', properties: { id: { type: 'string' } } },
      execute: async (_args, { idempotencyKey }) => {
        appendFileSync(effects, `${idempotencyKey}\n`);
        await new Promise((resolve) => setImmediate(resolve));
        return `${name} is done`;
      },
    }),
    ...more,
  });
  const expert = defineAgent({ name: 'expert', description: 'Helps.', model: 'fake', tools: [tool('look')] });
  return withServer(
    defineAgent({
      name: 'worker',
      model: 'fake',
      tools: [
        tool('look'),
        tool('pay', { needsApproval: true }),
        tool('once', { isIdempotent: false }),
        agentTool(expert),
      ],
    }),
    { counted, server },
  );
}

function withServer(agent: Agent, { counted, server }: Pick<ManySetting, 'counted' | 'server'>): Agent {
  const { providers } = defineAgent({
    name: 'servers',
    mcpServers: { mcp: { command: process.execPath, args: [server, counted] } },
  });
  return { ...agent, providers };
}

export const SERVER_FILE = fileURLToPath(new URL('counting-server.mjs', import.meta.url));

type Calls = readonly (readonly [name: string, args: object])[];

/** What is in doubt is told in more words: the counts must not depend on them. */
const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };

/** As the server parses them; where it has no parser, as the model writes them. */
function answerWith(calls: Calls, { body }: RecordedRequest): Step {
  if (body?.tool_choice !== 'none') {
    return answer({
      usage,
      toolCalls: calls.map(([name, args], at) => ({ name, arguments: args, id: `${name}-${at}` })),
    });
  }
  const text = calls.map(([name, args]) => `<tool_call>\n${JSON.stringify({ name, arguments: args })}\n</tool_call>`);
  return answer({ usage, content: text.join('\n') });
}

/** The run of a request, and its step in it. The questions of inner agents name their run too. */
export function placeOf({ body }: RecordedRequest): { readonly runId: string; readonly key: string } {
  const messages = (body?.messages ?? []) as readonly { readonly role: string; readonly content: unknown }[];
  const question = String(messages.find(({ role }) => role === 'user')?.content);
  const runId = /job-\d+/.exec(question)?.[0] ?? '';
  const turn = messages.filter(({ role }) => role === 'assistant').length + 1;
  return { runId, key: `${question.startsWith('Look') ? 't2/call/0/' : ''}t${turn}/model` };
}

/** What the model answers to a request, in whatever process it was made. */
export function answerToMany(request: RecordedRequest): Step {
  const { runId, key } = placeOf(request);
  const id = { id: runId };
  const calls = (...all: Calls): Step => answerWith(all, request);
  const answers: Readonly<Record<string, Step>> = {
    't1/model': calls(['look', id], ['pay', id], ['mcp__read', id], ['mcp__count', id]),
    't2/model': calls(['expert', { task: `Look for ${runId}.` }], ['once', id]),
    't2/call/0/t1/model': calls(['look', id]),
    't2/call/0/t2/model': answer({ usage, content: 'I saw it.' }),
    't3/model': answer({ usage, content: 'All is done.' }),
  };
  const found = answers[key];
  if (found === undefined) throw new Error(`No run asks ${key}.`);
  return found;
}
