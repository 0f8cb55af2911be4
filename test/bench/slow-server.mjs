// Owns the server of the scale measurement: every answer is a stream of TOKENS_PER_SECOND, until its client leaves.

import { createServer } from 'node:http';

const TOKENS_PER_SECOND = 20;
/** The streams take turns, so that their tokens do not all come in one moment. */
const GROUPS = 10;

const delta = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'bench' };
const event = `data: ${JSON.stringify({ ...delta, choices: [{ index: 0, delta: { content: ' word' }, logprobs: null, finish_reason: null }] })}\n\n`;
/** As it goes over the wire. node:http would make it anew each time, and one core could not send 100 000 of them in a second. */
const token = Buffer.from(`${event.length.toString(16)}\r\n${event}\r\n`);
const groups = Array.from({ length: GROUPS }, () => new Set());
let next = 0;

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' });
  response.write(event);
  const group = groups[next++ % GROUPS];
  const { socket } = response;
  group.add(socket);
  response.on('close', () => group.delete(socket));
});
let turn = 0;
setInterval(
  () => {
    for (const socket of groups[turn++ % GROUPS]) socket.write(token);
  },
  1000 / TOKENS_PER_SECOND / GROUPS,
);
server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () => process.send?.(server.address().port));
