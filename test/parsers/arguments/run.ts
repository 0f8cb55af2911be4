// Owns `npm run parsers:arguments`: compares the values of arguments with what vLLM's parsers answered, prints the differences that
// have no reason, and writes test/parsers/arguments.md.

import { writeFile } from 'node:fs/promises';
import { agrees, compareArguments } from './compare.ts';
import { reasonFor } from './reasons.ts';
import { readRecorded } from './recorded.ts';
import { argumentsPage } from './table.ts';

const PAGE = new URL('../arguments.md', import.meta.url);

const comparisons = await compareArguments(readRecorded());
const unexplained = comparisons.filter((one) => !agrees(one) && reasonFor(one) === undefined);
for (const { parser, value, schema, toolByVllm, toolByOurs } of unexplained) {
  process.stdout.write(
    `${parser}: ${JSON.stringify(value)} as ${schema} is ${toolByVllm} by vLLM and ${toolByOurs} here\n`,
  );
}
const page = argumentsPage(comparisons);
await writeFile(PAGE, page);
process.stdout.write(page.split('\n## Reasons')[0] ?? '');
process.exitCode = unexplained.length === 0 ? 0 : 1;
