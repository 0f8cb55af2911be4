// Owns comparing thinking, text and calls of one raw answer with what vLLM's parser reads in it. The single parts are left to `calls.ts` and
// `thinking.ts`.

import { profileOf } from '../../src/model/profile/profile-of.ts';
import { isSameCalls, shortCall } from './calls.ts';
import type { CombinedCase, ParserCases } from './cases.ts';
import { schemasOf } from './cases.ts';
import { readAnswer } from './read-answer.ts';
import { splitsOf } from './splits.ts';
import type { Count, Failure } from './table.ts';
import { partsText } from './thinking.ts';

export interface CombinedCounts {
  readonly parser: string;
  readonly family: string;
  /** Texts of which thinking, text and calls are the same. */
  readonly texts: Count;
  /** Of the texts with calls, those of which the calls are the same. */
  readonly calls: Count;
  readonly splitsDiffer: number;
  readonly failures: readonly Failure[];
}

export async function countCombined({ parser, cases }: ParserCases<CombinedCase>): Promise<CombinedCounts> {
  const failures: Failure[] = [];
  const families = new Set<string>();
  let splitsDiffer = 0;
  let withCalls = 0;
  let callsPassed = 0;
  for (const one of cases) {
    const profile = profileOf(one.model);
    families.add(profile.name);
    const schemas = schemasOf(one, ['get_weather']);
    const answers = await Promise.all(splitsOf(one.text).map((pieces) => readAnswer(pieces, profile, schemas)));
    const read = answers.map(({ reasoning, content, calls }) => ({
      parts: partsText(reasoning, content),
      calls: calls.map((call) => call.function),
    }));
    const whole = read[0] ?? { parts: '', calls: [] };
    if (read.some((other) => JSON.stringify(other) !== JSON.stringify(whole))) splitsDiffer++;
    const { reasoning, content, calls } = one.expected;
    const hasCalls = isSameCalls(whole.calls, calls, schemas);
    if (calls.length > 0) withCalls++;
    if (calls.length > 0 && hasCalls) callsPassed++;
    const parts = partsText(reasoning, content);
    if (hasCalls && parts === whole.parts) continue;
    failures.push({
      text: one.text,
      expected: [parts, ...calls.map(shortCall)],
      got: [whole.parts, ...whole.calls.map(shortCall)],
    });
  }
  return {
    parser,
    family: [...families].join(', '),
    texts: { passed: cases.length - failures.length, of: cases.length },
    calls: { passed: callsPassed, of: withCalls },
    splitsDiffer,
    failures,
  };
}
