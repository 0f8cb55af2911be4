// Owns the loading of a contestant by its name: a process loads one, and pays for no other.

import type { Contestant } from './work.ts';

const LOADERS: Readonly<Record<string, () => Promise<{ readonly contestant: Contestant }>>> = {
  floor: () => import('./floor.ts'),
  'vllm-agents': () => import('./ours.ts'),
  openai: () => import('./openai.ts'),
  ai: () => import('./ai-sdk.ts'),
  '@openai/agents': () => import('./openai-agents.ts'),
};

export async function loadContestant(who: string): Promise<Contestant> {
  const load = LOADERS[who];
  if (load === undefined) throw new Error(`There is no contestant "${who}".`);
  const { contestant } = await load();
  return contestant;
}
