// Owns one process that holds many streams open at once, and what that costs: memory for each, the delay of the event loop.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { defineAgent, stream, VllmClient } from '../../src/index.ts';

const [, , who = '', baseUrl = '', count = ''] = process.argv;
const RUNS = Number(count);
const SETTLE_MS = 5_000;
const MEASURE_MS = 15_000;
const NANOSECONDS = 1e6;

let tokens = 0;
let open = 0;

async function readFloor(): Promise<void> {
  const body = JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: 'go' }] });
  const headers = { 'content-type': 'application/json' };
  const answer = await request(`${baseUrl}/chat/completions`, { method: 'POST', headers, body, bodyTimeout: 0 });
  const decoder = new TextDecoder();
  open++;
  for await (const bytes of answer.body) {
    for (const line of decoder.decode(bytes, { stream: true }).split('\n\n')) {
      if (line !== '' && JSON.parse(line.slice(6)).choices[0].delta.content) tokens++;
    }
  }
}

const client = new VllmClient(baseUrl);
const agent = defineAgent({ name: 'bench', model: 'qwen3' });

async function readRun(): Promise<void> {
  for await (const event of stream(agent, 'go', { client })) {
    if (event.type === 'turn_start') open++;
    if (event.type === 'content') tokens++;
  }
}

const before = process.memoryUsage().rss;
// Whatever fails is to be seen: a run that ended would make the rest look cheaper.
const fail = (error: unknown): never => {
  throw error;
};
for (let at = 0; at < RUNS; at++) {
  (who === 'floor' ? readFloor() : readRun()).then(() => fail(new Error('a stream ended')), fail);
  if (at % 100 === 99) await sleep(10);
}
while (open < RUNS) await sleep(50);
await sleep(SETTLE_MS);
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const cpu = process.cpuUsage();
const startedAt = performance.now();
tokens = 0;
await sleep(MEASURE_MS);
delay.disable();
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  JSON.stringify({
    who,
    runs: RUNS,
    kibPerRun: Math.round((process.memoryUsage().rss - before) / 1024 / RUNS),
    tokensPerRunAndSecond: Number((tokens / seconds / RUNS).toFixed(1)),
    cpuShare: Number(((user + system) / 1e6 / seconds).toFixed(2)),
    loopDelayP50Ms: Number((delay.percentile(50) / NANOSECONDS).toFixed(1)),
    loopDelayP99Ms: Number((delay.percentile(99) / NANOSECONDS).toFixed(1)),
  }),
);
process.exit(0);
