// Owns the server of the scale measurement: every answer is a stream of TOKENS_PER_SECOND, until its client leaves.

import { createServer } from 'node:http';

const TOKENS_PER_SECOND = 20;
/** The streams take turns, so that their tokens do not all come in one moment. */
const GROUPS = 10;

const delta = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'bench' };
const token = Buffer.from(
  `data: ${JSON.stringify({ ...delta, choices: [{ index: 0, delta: { content: ' word' }, logprobs: null, finish_reason: null }] })}\n\n`,
);
const groups = Array.from({ length: GROUPS }, () => new Set());
let next = 0;

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(token);
  const group = groups[next++ % GROUPS];
  group.add(response);
  response.on('close', () => group.delete(response));
});
let turn = 0;
setInterval(
  () => {
    for (const response of groups[turn++ % GROUPS]) response.write(token);
  },
  1000 / TOKENS_PER_SECOND / GROUPS,
);
server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () => process.send?.(server.address().port));
