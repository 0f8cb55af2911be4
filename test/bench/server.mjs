// Owns the server of the benchmarks: answers made once, the loops' in the first of the warm-ups, so that its own work is small and the same for all.
// `/stream` and `/cut` answer one way each, `/arguments/KIB/0` with so much of them; `/loop/CALLS/TURNS` calls tools until TURNS results are there.
// `/first/ID` before one of them answers the first request of that ID with one word, and goes on as without it.

import { createServer } from 'node:http';

const TOKENS = 20_000;
const FRAGMENT_CHARS = 12;
const CUT_BYTES = 1021;

const chunk = (delta, more = {}) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [{ index: 0, delta, logprobs: null, finish_reason: null, token_ids: null, ...more }] })}\n\n`;
const USAGE = `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [], usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 } })}\n\n`;
const head = chunk({ role: 'assistant', content: '' });
const end = (reason) => `${chunk({}, { finish_reason: reason, stop_reason: null })}${USAGE}data: [DONE]\n\n`;

const words = Array.from({ length: TOKENS }, (_, at) =>
  chunk({ content: at % 7 === 0 ? ' naïve' : ` word${at % 10}` }),
);
const streamed = Buffer.from([head, ...words, end('stop')].join(''));

function callOf(kib) {
  const args = JSON.stringify({ text: 'x'.repeat(kib * 1024) });
  const fragments = args.match(new RegExp(`[\\s\\S]{1,${FRAGMENT_CHARS}}`, 'g')) ?? [];
  const begun = { id: 'call_1', type: 'function', index: 0, function: { name: 'take' } };
  const parts = fragments.map((part) =>
    chunk({ content: null, tool_calls: [{ index: 0, function: { arguments: part } }] }),
  );
  return Buffer.from([head, chunk({ content: null, tool_calls: [begun] }), ...parts, end('tool_calls')].join(''));
}
const calls = new Map([64, 512].map((kib) => [kib, callOf(kib)]));

/** The ids are each turn's own: there are loops that take a call with a known id for the same one. */
function makeTurn(count, number) {
  const deltas = Array.from({ length: count }, (_, at) => [
    chunk({
      content: null,
      tool_calls: [{ id: `call_${number}_${at}`, type: 'function', index: at, function: { name: 'add' } }],
    }),
    ...['{"a":', ' 1, "b"', `: ${at}}`].map((part) =>
      chunk({ content: null, tool_calls: [{ index: at, function: { arguments: part } }] }),
    ),
  ]);
  return Buffer.from([head, ...deltas.flat(), end('tool_calls')].join(''));
}
const turns = new Map();

function turn(count, number) {
  const key = `${count}/${number}`;
  const known = turns.get(key) ?? makeTurn(count, number);
  turns.set(key, known);
  return known;
}

const done = Buffer.from([head, chunk({ content: 'done' }), end('stop')].join(''));

const met = new Set();

function answerTo(url, body) {
  const [, visitor, path] = /^(?:\/first\/([^/]+))?(.*)$/.exec(url) ?? [];
  if (visitor !== undefined && !met.has(visitor)) {
    met.add(visitor);
    return done;
  }
  const [, kind, size, limit] = /^\/(\w+)(?:\/(\d+)\/(\d+))?\//.exec(path) ?? [];
  if (kind === 'stream' || kind === 'cut') return streamed;
  if (kind === 'arguments') return calls.get(Number(size));
  const results = body.split('"role":"tool"').length - 1;
  const number = results / Number(size);
  return number >= Number(limit) ? done : turn(Number(size), number);
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ object: 'list', data: [{ id: 'bench', object: 'model', max_model_len: 1_000_000 }] }),
    );
    return;
  }
  const answer = answerTo(request.url ?? '', Buffer.concat(parts).toString('latin1'));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (!request.url?.includes('/cut/')) return response.end(answer);
  for (let at = 0; at < answer.length; at += CUT_BYTES) {
    if (!response.write(answer.subarray(at, at + CUT_BYTES)))
      await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
