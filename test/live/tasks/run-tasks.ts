// Owns running the tasks: each in a world of its own, several at once. The command is in `run.ts`.

import type { Runtime, Target, TaskRun } from './runtimes.ts';
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
