// Owns an MCP server on its standard streams with two tools: `read`, which says that it only reads, and `count`, which says nothing and must
// not act twice. What `count` did is written to the file of its first argument.

import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , file] = process.argv;
const inputSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
const TOOLS = [
  { name: 'read', description: 'Reads.', inputSchema, annotations: { readOnlyHint: true } },
  { name: 'count', description: 'Counts.', inputSchema },
];

function answer({ method, params }) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'counting', version: '1' },
      };
    case 'tools/list':
      return { tools: TOOLS };
    case 'tools/call':
      if (params.name === 'count') appendFileSync(file, `${params.arguments.id}\n`);
      return { content: [{ type: 'text', text: params.name === 'count' ? 'counted' : 'read' }] };
    default:
      return {};
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.id === undefined) continue;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: answer(message) })}\n`);
}
