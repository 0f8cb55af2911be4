// Owns comparing what the project takes for thinking with what vLLM's reasoning parser does. Calls are left to `calls.ts`.

import { UNKNOWN } from '../../src/model/profile/families.ts';
import type { ParserCases, ThinkingCase } from './cases.ts';
import { familyOfReasoningParser } from './families.ts';
import { readAnswer } from './read-answer.ts';
import { splitsOf } from './splits.ts';
import type { Count, Failure } from './table.ts';

export interface ThinkingCounts {
  readonly parser: string;
  readonly family: string;
  readonly texts: Count;
  readonly splitsDiffer: number;
  readonly failures: readonly Failure[];
}

/** Thinking and text count as the same where they differ in the white space around them. */
export async function countThinking({ parser, cases }: ParserCases<ThinkingCase>): Promise<ThinkingCounts> {
  const family = familyOfReasoningParser(parser);
  const failures: Failure[] = [];
  let splitsDiffer = 0;
  for (const { text, reasoning, content } of cases) {
    const read: string[] = [];
    for (const pieces of splitsOf(text)) {
      const answer = await readAnswer(pieces, family ?? UNKNOWN);
      read.push(partsText(answer.reasoning, answer.content));
    }
    const [whole = ''] = read;
    if (read.some((one) => one !== whole)) splitsDiffer++;
    const expected = partsText(reasoning, content);
    if (whole !== expected) failures.push({ text, expected: [expected], got: [whole] });
  }
  const texts = { passed: cases.length - failures.length, of: cases.length };
  return { parser, family: family?.name ?? '–', texts, splitsDiffer, failures };
}

export function partsText(reasoning: string | null, content: string | null): string {
  return JSON.stringify({ thinking: reasoning?.trim() ?? '', text: content?.trim() ?? '' });
}
