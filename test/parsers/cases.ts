// Owns reading recorded cases: what a vLLM parser answered to a text. The folder is not part of the project; what the cases are compared with
// is left to `calls.ts`, `thinking.ts` and `combined.ts`.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/json.ts';

const CALLS = z.array(z.object({ name: z.string(), arguments: z.string() }));

const FUNCTION = z.object({ name: z.string(), parameters: z.record(z.string(), z.unknown()).nullish() });

/** Tools as requests have them or without their wrapper. What was not recorded as data, or is a group of tools, says nothing of a schema. */
const TOOL = z.union([
  z.object({ function: FUNCTION }).transform((tool) => [tool.function]),
  z.object({ name: z.string(), tools: z.array(z.unknown()) }).transform(() => []),
  FUNCTION.transform((tool) => [tool]),
  z.string().transform(() => []),
]);

const TOOLS = z.array(TOOL).transform((tools) => tools.flat());

const CALL_CASE = z.object({
  text: z.string(),
  tools: TOOLS,
  expected: z.object({ content: z.string().nullable(), calls: CALLS }),
});

const THINKING_CASE = z.object({
  text: z.string(),
  reasoning: z.string().nullable(),
  content: z.string().nullable(),
});

const COMBINED_CASE = CALL_CASE.extend({
  parser: z.string(),
  model: z.string(),
  expected: CALL_CASE.shape.expected.extend({ reasoning: z.string().nullable() }),
});

export type CallCase = z.infer<typeof CALL_CASE>;
export type ThinkingCase = z.infer<typeof THINKING_CASE>;
export type CombinedCase = z.infer<typeof COMBINED_CASE>;

/** The cases of one vLLM parser. */
export interface ParserCases<Case> {
  readonly parser: string;
  readonly cases: readonly Case[];
}

export interface Cases {
  readonly calls: readonly ParserCases<CallCase>[];
  readonly thinking: readonly ParserCases<ThinkingCase>[];
  readonly combined: readonly ParserCases<CombinedCase>[];
}

/** Reads `tool-PARSER.jsonl`, `tool-PARSER.rust.jsonl`, `reason-PARSER.jsonl` and `combined.jsonl`. Throws where a line has another shape. */
export function readCases(folder: string): Cases {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const all = <Case>(prefix: string, shape: z.ZodType<Case>): ParserCases<Case>[] => {
    const found = new Map<string, Case[]>();
    for (const file of files.filter((name) => name.startsWith(prefix)).toSorted()) {
      const parser = file.slice(prefix.length).replace(/(?:\.rust)?\.jsonl$/, '');
      found.set(parser, [...(found.get(parser) ?? []), ...linesOf(join(folder, file), shape)]);
    }
    return [...found].map(([parser, cases]) => ({ parser, cases }));
  };
  const combined = all('combined', COMBINED_CASE).flatMap(({ cases }) => cases);
  const byParser = new Map<string, CombinedCase[]>();
  for (const one of combined) byParser.set(one.parser, [...(byParser.get(one.parser) ?? []), one]);
  return {
    calls: all('tool-', CALL_CASE),
    thinking: all('reason-', THINKING_CASE),
    combined: [...byParser].map(([parser, cases]) => ({ parser, cases })),
  };
}

function linesOf<Case>(file: string, shape: z.ZodType<Case>): Case[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    const read = shape.safeParse(JSON.parse(line));
    if (!read.success) throw new Error(`${file}, line ${at + 1} is no case: ${z.prettifyError(read.error)}`);
    return [read.data];
  });
}

/**
 * The schemas of the tools that a case offers. A tool that vLLM called without being offered it takes anything; so do the tools in `known`,
 * which only texts without calls are tried with.
 */
export function schemasOf(
  { tools, expected }: CallCase,
  known: Iterable<string> = [],
): ReadonlyMap<string, JsonObject> {
  const anything: JsonObject = { type: 'object' };
  const schemas = new Map<string, JsonObject>();
  for (const name of [...known, ...expected.calls.map((call) => call.name)]) schemas.set(name, anything);
  // The parameters come from JSON.parse.
  for (const { name, parameters } of tools) schemas.set(name, (parameters ?? anything) as JsonObject);
  return schemas;
}
