// Owns the answers of vLLM's parsers that were recorded: which value of `x` each parser gives for each text and schema. They are
// facts about vLLM 0.33.0; nothing here judges them.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { JsonValue } from '../../../src/core/json.ts';

/** The value of `x` as JSON text, since JavaScript's numbers do not hold every number; `absent`: the call has no `x`. */
export type Answer = string;

/** For each parser and written value: the different answers, and which of them each schema got, one character per schema. */
const RECORDED = z.record(z.string(), z.record(z.string(), z.object({ answers: z.array(z.string()), by: z.string() })));

export type Recorded = z.infer<typeof RECORDED>;

export const RECORDED_FILE = new URL('./recorded.json', import.meta.url);

export function readRecorded(): Recorded {
  return RECORDED.parse(JSON.parse(readFileSync(RECORDED_FILE, 'utf8')));
}

/** The parser's answers for a value, one per schema. */
export function answersFor(recorded: Recorded, parser: string, value: JsonValue): readonly Answer[] {
  const found = recorded[parser]?.[JSON.stringify(value)];
  if (found === undefined) throw new Error(`No answer of ${parser} for ${JSON.stringify(value)} was recorded.`);
  return [...found.by].map((index) => found.answers[Number.parseInt(index, 36)] ?? '');
}
