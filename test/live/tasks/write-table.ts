// Owns the table of the task suite: `tsx test/live/tasks/write-table.ts FOLDER...` reads what `run.ts` wrote into each folder (TASKS_OUT), one
// folder for each kind of server, and writes `test/live/tasks.md`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { versionOf } from './peers.ts';
import type { TaskResult } from './run-tasks.ts';
import { TASKS } from './tasks.ts';

const KINDS = [...new Set(TASKS.map(({ kind }) => kind))];
const HELD_BACK = new Set(TASKS.filter(({ isHeldBack }) => isHeldBack).map(({ name }) => name));

interface Row {
  readonly server: string;
  readonly runtime: string;
  readonly results: readonly TaskResult[];
}

function rowsOf(folder: string): Row[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const results = JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly TaskResult[];
      return { server: basename(folder), runtime: results[0]?.runtime ?? file, results };
    })
    .toSorted((a, b) => won(b.results) - won(a.results));
}

const won = (results: readonly TaskResult[]): number => results.filter(({ isWon }) => isWon).length;

function line({ server, runtime, results }: Row): string {
  const share = (some: readonly TaskResult[]): string => `${won(some)}/${some.length}`;
  const sum = (count: (result: TaskResult) => number): number => results.reduce((total, one) => total + count(one), 0);
  const cells = [
    server,
    runtime,
    `**${share(results)}**`,
    share(results.filter(({ task }) => HELD_BACK.has(task.name))),
    ...KINDS.map((kind) => share(results.filter(({ task }) => task.kind === kind))),
    sum(({ turns }) => turns),
    sum(({ ran }) => ran.length),
    sum(({ promptTokens }) => promptTokens),
    sum(({ completionTokens }) => completionTokens),
  ];
  return `| ${cells.join(' | ')} |`;
}

const heads = [
  'server',
  'runtime',
  'won',
  'of those held back',
  ...KINDS,
  'turns',
  'tools run',
  'prompt tokens',
  'completion tokens',
];
const rows = process.argv.slice(2).flatMap(rowsOf);
const text = `# Thirty small tasks

Written by \`tsx test/live/tasks/write-table.ts\` from what \`npm run live:tasks\` found on a real vLLM 0.32 with Qwen2.5-Coder-1.5B-Instruct (bf16, on
two CPU cores): the same server, tools, instructions and limits for each runtime, temperature 0. Half of the tasks were held back while
the runtime was worked on. Peers: \`ai\` ${versionOf('ai')}, \`openai\` ${versionOf('openai')} with a loop by hand; both ask without streaming.

| ${heads.join(' | ')} |
| ${heads.map(() => '---').join(' | ')} |
${rows.map(line).join('\n')}
`;
writeFileSync(new URL('../tasks.md', import.meta.url), text);
