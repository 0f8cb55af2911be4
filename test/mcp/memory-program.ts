// Owns the program that `memory.test.ts` measures: runs over thirty tools of an MCP server in this process, which each run mounts anew.
// Arguments: the base URL of a vLLM, how many runs warm up, how many are measured. Prints what the measured runs kept and cost.

import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { defineAgent, run, VllmClient } from '../../src/index.ts';

const [, , baseUrl = '', warmUpRuns = '', measuredRuns = ''] = process.argv;
const TOOLS = 30;

function describeTool(at: number) {
  return {
    name: `tool_${at}`,
    description: `The tool of number ${at}.`,
    inputSchema: {
      type: 'object' as const,
      properties: {
        path: { type: 'string', description: `Where tool ${at} looks.` },
        mode: { type: 'string', enum: ['fast', 'whole', `mode_${at}`] },
        limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
        edits: {
          type: 'array',
          items: {
            type: 'object',
            properties: { from: { type: 'string' }, to: { type: 'string', pattern: '^[a-z]*$' } },
            required: ['from', 'to'],
            additionalProperties: false,
          },
        },
      },
      required: ['path'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object' as const,
      properties: { [`count_${at}`]: { type: 'integer' }, path: { type: 'string' } },
      required: ['path'],
    },
  };
}

async function transport(): Promise<InMemoryTransport> {
  const server = new Server({ name: 'many', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Array.from({ length: TOOLS }, (_, at) => describeTool(at)),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    const structuredContent = { path: String(params.arguments?.path) };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  return near;
}

await using client = new VllmClient(baseUrl);
const agent = defineAgent({ name: 'a', model: 'fake', mcpServers: { many: { transport } } });
let results = 0;

async function runTimes(times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    const { outcome, messages, warnings } = await run(agent, 'go', { client });
    if (outcome.type !== 'completed' || warnings.length > 0) throw new Error(JSON.stringify({ outcome, warnings }));
    results += messages.filter(({ role, content }) => role === 'tool' && content === '{"path":"a"}').length;
  }
}

function heapUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

await runTimes(Number(warmUpRuns));
results = 0;
const heapBefore = heapUsed();
const cpuBefore = process.cpuUsage();
await runTimes(Number(measuredRuns));
const { user, system } = process.cpuUsage(cpuBefore);
process.stdout.write(JSON.stringify({ results, keptBytes: heapUsed() - heapBefore, cpuMs: (user + system) / 1000 }));
