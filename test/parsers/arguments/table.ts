// Owns the page `test/parsers/arguments.md`: what was compared, how much agrees, and why the rest does not.

import type { Comparison } from './compare.ts';
import { agrees } from './compare.ts';
import type { Reason } from './reasons.ts';
import { REASONS, reasonFor } from './reasons.ts';

export function argumentsPage(comparisons: readonly Comparison[]): string {
  const parsers = [...new Set(comparisons.map(({ parser }) => parser))];
  const differing = comparisons.filter((one) => !agrees(one));
  const unexplained = differing.filter((one) => reasonFor(one) === undefined);
  return `# Argument values, read here and by vLLM

*Written by \`npm run parsers:arguments\`; what vLLM 0.33.0's parsers answered is in \`arguments/recorded.json\`.*

Each format writes a call with one argument: ${valuesIn(comparisons)} values under ${schemasIn(comparisons)} schemas. "Read alike" compares what the two
readers give; "same in the tool" what a tool receives after this project has checked and converted either of them, or that both calls are refused. Of
${comparisons.length} cases ${comparisons.length - differing.length} are the same in the tool, ${differing.length - unexplained.length} differ for a reason that is named below, and ${unexplained.length} differ without one.

| parser | cases | read alike | same in the tool | differ for a reason | differ |
| --- | --- | --- | --- | --- | --- |
${parsers
  .map((parser) =>
    rowOf(
      parser,
      comparisons.filter((one) => one.parser === parser),
    ),
  )
  .join('\n')}
${rowOf('**all**', comparisons)}

## Reasons

| reason | cases | example: value, schema | vLLM, then the tool | here, then the tool |
| --- | --- | --- | --- | --- |
${REASONS.map((reason) => reasonRow(reason, differing)).join('\n')}

${REASONS.map(({ name, why }) => `- **${name}**: ${why}`).join('\n')}
`;
}

function rowOf(parser: string, all: readonly Comparison[]): string {
  const same = all.filter(agrees);
  const explained = all.filter((one) => !agrees(one) && reasonFor(one) !== undefined);
  const alike = all.filter(({ vllm, ours }) => vllm === ours);
  const cells = [parser, all.length, alike.length, same.length, explained.length];
  return `| ${[...cells, all.length - same.length - explained.length].join(' | ')} |`;
}

function reasonRow(reason: Reason, differing: readonly Comparison[]): string {
  const found = differing.filter((one) => reasonFor(one) === reason);
  const [first] = found;
  if (first === undefined) return `| ${reason.name} | 0 | | | |`;
  const written = `${code(JSON.stringify(first.value))}, ${first.schema} (${first.parser})`;
  const vllm = `${code(first.vllm)}, ${code(first.toolByVllm)}`;
  return `| ${reason.name} | ${found.length} | ${written} | ${vllm} | ${code(first.ours)}, ${code(first.toolByOurs)} |`;
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function valuesIn(comparisons: readonly Comparison[]): number {
  return new Set(comparisons.map(({ value }) => JSON.stringify(value))).size;
}

function schemasIn(comparisons: readonly Comparison[]): number {
  return new Set(comparisons.map(({ schema }) => schema)).size;
}
