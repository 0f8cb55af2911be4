// Owns one repetition, in a process of its own: does a work until the process is warm, then once more, and prints what that cost.

import type { Contestant } from './work.ts';
import { WORKS } from './work.ts';

const [, , who = '', workName = '', origin = ''] = process.argv;
const LOADERS: Readonly<Record<string, () => Promise<{ readonly contestant: Contestant }>>> = {
  floor: () => import('./floor.ts'),
  'vllm-agents': () => import('./ours.ts'),
  openai: () => import('./openai.ts'),
  ai: () => import('./ai-sdk.ts'),
  '@openai/agents': () => import('./openai-agents.ts'),
};
const work = WORKS.find(({ name }) => name === workName);
const load = LOADERS[who];
if (work === undefined || load === undefined) throw new Error(`There is no ${who} or no work ${workName}.`);

const { contestant } = await load();
for (let at = 0; at < work.warmUps; at++) await work.do(contestant, origin);
const before = process.cpuUsage();
const done = await work.do(contestant, origin);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  JSON.stringify({ done, cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 }),
);
process.exit(0);
