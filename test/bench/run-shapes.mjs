// Owns counting the shapes that V8 keeps for the objects of a run: what many runs of one program have in common, it is to see as the
// same, or everything that reads it gets slow. Prints how many come with each further run, from the folder that it is run in.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { getHeapSnapshot } from 'node:v8';

const RUNS = 100;
const require = createRequire(`${process.cwd()}/`);
const entry = require.resolve('vllm-agents/package.json').replace('package.json', 'dist/index.js');
const { defineAgent, defineTool, stream, VllmClient } = await import(pathToFileURL(entry).href);

const chunk = (delta, more = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`;
const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
const turn = `${chunk({ tool_calls: [call] })}${chunk({}, { finish_reason: 'tool_calls' })}data: [DONE]\n\n`;

/** The first turn calls a tool, the second one goes on for ever. */
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (body.includes('"role":"tool"')) response.write(chunk({ content: 'and so on' }));
  else response.end(turn);
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const client = new VllmClient(`http://127.0.0.1:${server.address().port}/v1`);
const look = defineTool({ name: 'look', description: 'Looks.', parameters: { type: 'object' }, execute: () => 'seen' });
const agent = defineAgent({ name: 'shapes', model: 'qwen3', tools: [look] });

/** Resolves when the second turn is under way; the run stays. */
async function begin() {
  const events = stream(agent, 'go', { client })[Symbol.asyncIterator]();
  for (;;) {
    const { value } = await events.next();
    if (value.type === 'content') return events;
  }
}

async function shapes() {
  const parts = await getHeapSnapshot().toArray();
  const { snapshot, nodes, strings } = JSON.parse(Buffer.concat(parts).toString());
  const fields = snapshot.meta.node_fields;
  const name = fields.indexOf('name');
  let count = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (strings[nodes[at + name]].startsWith('system / Map')) count++;
  }
  return count;
}

const open = [];
const beginAll = async () => open.push(...(await Promise.all(Array.from({ length: RUNS }, begin))));
await beginAll();
const before = await shapes();
await beginAll();
process.stdout.write(JSON.stringify({ open: open.length, shapesARun: ((await shapes()) - before) / RUNS }));
process.exit(0);
