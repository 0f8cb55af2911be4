// Owns the task suite: small tasks with checkable answers, given to this project and to peers on one server. `npm run live:tasks` takes the
// server of VLLM_BASE_URL; the table goes into `tasks.md` only from `npm run live`. Words: `short`, `ours`, `seen` (the half that may be
// looked at), the name of a task.

import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { VllmClient } from '../../../src/index.ts';
import { installPeers } from './peers.ts';
import type { Runtime, Target, TaskRun } from './runtimes.ts';
import { RUNTIMES } from './runtimes.ts';
import type { Task } from './tasks.ts';
import { TASKS } from './tasks.ts';
import { newWorld } from './world.ts';

/** vLLM answers several at once in little more time than one. */
const AT_ONCE = 12;

export interface TaskResult extends TaskRun {
  readonly task: Task;
  readonly runtime: string;
  readonly isWon: boolean;
  readonly ran: readonly string[];
  readonly error: string | undefined;
}

async function tryTask(target: Target, runtime: Runtime, task: Task): Promise<TaskResult> {
  const world = newWorld();
  const none = { text: '', output: undefined, turns: 0, promptTokens: 0, completionTokens: 0, transcript: [] };
  const base = { task, runtime: runtime.name };
  try {
    const ended = await runtime.run(target, task, world);
    const isWon = task.isWon({ text: ended.text, output: ended.output, world });
    return { ...base, ...ended, isWon, ran: world.ran, error: undefined };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...base, ...none, isWon: false, ran: world.ran, error: message };
  }
}

/** Tries the tasks, several at once; in the order of the tasks. */
export async function tryTasks(
  target: Target,
  runtime: Runtime,
  tasks: readonly Task[],
  told: (result: TaskResult) => void,
): Promise<readonly TaskResult[]> {
  const results: TaskResult[] = [];
  const waiting = [...tasks];
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const result = await tryTask(target, runtime, task);
      results.push(result);
      told(result);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results.toSorted((a, b) => TASKS.indexOf(a.task) - TASKS.indexOf(b.task));
}

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
