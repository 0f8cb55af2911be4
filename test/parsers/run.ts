// Owns `npm run parsers`: reads what vLLM's parsers answered to recorded texts, reads the same texts with this project, and prints the
// counts as tables. Comparing is left to `calls.ts`, `thinking.ts` and `combined.ts`.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countCalls } from './calls.ts';
import { readCases } from './cases.ts';
import { countCombined } from './combined.ts';
import type { Failure } from './table.ts';
import { countText, failureText, sumOf, tableText } from './table.ts';
import { countThinking } from './thinking.ts';

const USAGE = `npm run parsers -- [FOLDER] [--only calls|thinking|combined] [--show PARSER]

Reads the recorded cases in FOLDER (default: ../shared/vllm/parser-cases beside the project) and prints how many of them
this project reads as vLLM does. --show prints the cases of a parser that differ; --show all, those of every parser.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { show: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } },
});

if (values.help === true) process.stdout.write(`${USAGE}\n`);
else
  process.exitCode = await main(
    positionals[0] ?? fileURLToPath(new URL('../../../shared/vllm/parser-cases', import.meta.url)),
  );

async function main(folder: string): Promise<number> {
  if (!existsSync(folder)) {
    process.stderr.write(`There are no recorded cases: ${folder} does not exist.\n\n${USAGE}\n`);
    return 2;
  }
  const cases = readCases(folder);
  if (isAsked('calls')) await printCalls(cases.calls);
  if (isAsked('thinking')) await printThinking(cases.thinking);
  if (isAsked('combined')) await printCombined(cases.combined);
  return 0;
}

function isAsked(part: string): boolean {
  return values.only === undefined || values.only === part;
}

async function printCalls(cases: ReturnType<typeof readCases>['calls']): Promise<void> {
  const toolNames = new Set(
    cases.flatMap((file) =>
      file.cases.flatMap(({ tools, expected }) => [
        ...tools.map(({ name }) => name),
        ...expected.calls.map(({ name }) => name),
      ]),
    ),
  );
  const counts: Awaited<ReturnType<typeof countCalls>>[] = [];
  for (const file of cases) counts.push(await countCalls(file, [...toolNames]));
  print('Calls', [
    ['parser', 'family', 'with calls', 'without calls', 'others with a reason', 'splits that differ'],
    ...counts.map((one) => [
      one.parser,
      one.family,
      countText(one.withCalls),
      countText(one.withoutCalls),
      String(reasonsIn([one])),
      String(one.splitsDiffer),
    ]),
    [
      'all',
      '',
      countText(sumOf(counts.map(({ withCalls }) => withCalls))),
      countText(sumOf(counts.map(({ withoutCalls }) => withoutCalls))),
      String(reasonsIn(counts)),
      total(counts),
    ],
  ]);
  printReasons(counts);
  show(counts);
}

type Counts = readonly Pick<Awaited<ReturnType<typeof countCalls>>, 'reasons'>[];

function reasonsIn(counts: Counts): number {
  return counts.flatMap(({ reasons }) => [...reasons.values()]).reduce((sum, count) => sum + count, 0);
}

function printReasons(counts: Counts): void {
  const sums = new Map<string, number>();
  for (const { reasons } of counts) {
    for (const [reason, count] of reasons) sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  const rows = [...sums]
    .toSorted(([, one], [, other]) => other - one)
    .map(([reason, count]) => [String(count), reason]);
  print('Texts that are not read alike for a reason', [['texts', 'reason'], ...rows]);
}

async function printThinking(cases: ReturnType<typeof readCases>['thinking']): Promise<void> {
  const counts: Awaited<ReturnType<typeof countThinking>>[] = [];
  for (const file of cases) counts.push(await countThinking(file));
  print('Thinking', [
    ['parser', 'family', 'texts', 'splits that differ'],
    ...counts.map((one) => [one.parser, one.family, countText(one.texts), String(one.splitsDiffer)]),
    ['all', '', countText(sumOf(counts.map(({ texts }) => texts))), total(counts)],
  ]);
  show(counts);
}

async function printCombined(cases: ReturnType<typeof readCases>['combined']): Promise<void> {
  const counts: Awaited<ReturnType<typeof countCombined>>[] = [];
  for (const file of cases) counts.push(await countCombined(file));
  print('Thinking, text and calls together', [
    ['parser', 'family', 'texts', 'calls', 'splits that differ'],
    ...counts.map((one) => [
      one.parser,
      one.family,
      countText(one.texts),
      countText(one.calls),
      String(one.splitsDiffer),
    ]),
    [
      'all',
      '',
      countText(sumOf(counts.map(({ texts }) => texts))),
      countText(sumOf(counts.map(({ calls }) => calls))),
      total(counts),
    ],
  ]);
  show(counts);
}

function print(title: string, rows: readonly (readonly string[])[]): void {
  process.stdout.write(`${title}\n\n${tableText(rows)}\n\n`);
}

function total(counts: readonly { readonly splitsDiffer: number }[]): string {
  return String(counts.reduce((sum, { splitsDiffer }) => sum + splitsDiffer, 0));
}

function show(counts: readonly { readonly parser: string; readonly failures: readonly Failure[] }[]): void {
  for (const { parser, failures } of counts) {
    if (failures.length === 0 || (values.show !== parser && values.show !== 'all')) continue;
    process.stdout.write(`${parser}\n${failures.map(failureText).join('\n')}\n\n`);
  }
}
