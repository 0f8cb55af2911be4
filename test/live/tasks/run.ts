// Owns the command of the task suite: `npm run live:tasks` gives small tasks with checkable answers to this project and to peers on the
// server of VLLM_BASE_URL. Words: `short` (six tasks), `ours` (no peers), `seen` (the half that may be looked at), names of tasks. With
// TASKS_OUT all that was said is written into that folder; `write-table.ts` makes the table of it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { VllmClient } from '../../../src/index.ts';
import { installPeers } from './peers.ts';
import type { TaskResult } from './run-tasks.ts';
import { tryTasks } from './run-tasks.ts';
import { RUNTIMES } from './runtimes.ts';
import { TASKS } from './tasks.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(words: readonly string[]): Promise<void> {
  const baseUrl = process.env.VLLM_BASE_URL;
  if (baseUrl === undefined || baseUrl === '') throw new Error('Set VLLM_BASE_URL to the server to try the tasks on.');
  await using client = new VllmClient(baseUrl);
  const model = (await client.models.list()).data[0]?.id ?? '';
  const peers = process.env.VLLM_PEERS ?? join(homedir(), '.cache', 'vllm-agents-peers');
  const runtimes = words.includes('ours') ? RUNTIMES.slice(0, 1) : RUNTIMES;
  if (runtimes.length > 1) installPeers(peers);
  const names = words.filter((word) => !['short', 'ours', 'seen'].includes(word));
  const tasks = TASKS.filter(
    ({ name, isShort, isHeldBack }) =>
      (names.length === 0 || names.includes(name)) &&
      (!words.includes('short') || isShort) &&
      (!words.includes('seen') || !isHeldBack),
  );
  const folder = process.env.TASKS_OUT;
  for (const runtime of runtimes) {
    const startedAt = Date.now();
    const results = await tryTasks({ baseUrl, model, peers }, runtime, tasks, ({ task, isWon, turns, text, error }) =>
      say(
        `${isWon ? 'won ' : 'lost'}  ${task.kind}: ${task.name}, ${turns} turns  ${error ?? JSON.stringify(text).slice(0, 110)}`,
      ),
    );
    const won = results.filter(({ isWon }) => isWon).length;
    const sum = (count: (result: TaskResult) => number): number =>
      results.reduce((total, one) => total + count(one), 0);
    say(
      `${runtime.name}: ${won} of ${results.length} won, ${sum(({ turns }) => turns)} turns, ` +
        `${sum((one) => one.promptTokens)} + ${sum((one) => one.completionTokens)} tokens, ${Math.round((Date.now() - startedAt) / 1000)} s`,
    );
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `${runtime.name.replaceAll(/\W+/g, '-')}.json`);
      writeFileSync(file, JSON.stringify(results, null, 1));
    }
  }
}

await main(process.argv.slice(2));
