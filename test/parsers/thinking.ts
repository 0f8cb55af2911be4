// Owns comparing what the project takes for thinking with what vLLM's reasoning parser does. Calls are left to `calls.ts`.

import { THINK_TAGS } from '../../src/client/think-delimiters.ts';
import { UNKNOWN } from '../../src/model/profile/families.ts';
import type { Profile } from '../../src/model/profile/profile.ts';
import { profileOf } from '../../src/model/profile/profile-of.ts';
import type { ParserCases, ThinkingCase } from './cases.ts';
import { familyOfReasoningParser } from './families.ts';
import { readAnswer } from './read-answer.ts';
import { splitsOf } from './splits.ts';
import type { Count, Failure } from './table.ts';

export interface ThinkingCounts {
  readonly parser: string;
  readonly family: string;
  readonly texts: Count;
  /** Texts that do not show that they are thinking; they are counted here and not in `texts`. */
  readonly unmarked: number;
  readonly splitsDiffer: number;
  readonly failures: readonly Failure[];
}

/** Thinking and text count as the same where they differ in the white space around them. */
export async function countThinking({ parser, cases }: ParserCases<ThinkingCase>): Promise<ThinkingCounts> {
  const profile = STAND_INS.get(parser) ?? familyOfReasoningParser(parser) ?? UNKNOWN;
  const failures: Failure[] = [];
  let splitsDiffer = 0;
  let unmarked = 0;
  for (const one of cases) {
    const { text, kwargs, reasoning, content } = one;
    if (isUnmarked(one)) {
      unmarked++;
      continue;
    }
    const read: string[] = [];
    for (const pieces of splitsOf(text)) {
      const answer = await readAnswer(pieces, profile, { kwargs });
      read.push(partsText(answer.reasoning, answer.content));
    }
    const [whole = ''] = read;
    if (read.some((one) => one !== whole)) splitsDiffer++;
    const expected = partsText(reasoning, content);
    if (whole !== expected) failures.push({ text, expected: [expected], got: [whole] });
  }
  const of = cases.length - unmarked;
  return {
    parser,
    family: profile.name,
    texts: { passed: of - failures.length, of },
    unmarked,
    splitsDiffer,
    failures,
  };
}

export function partsText(reasoning: string | null, content: string | null): string {
  return JSON.stringify({ thinking: reasoning?.trim() ?? '', text: content?.trim() ?? '' });
}

/**
 * vLLM takes a text without any mark for thinking, since its prompt opened it. A server with a reasoning parser sends an answer as just such
 * a text, so a run takes it for the answer.
 */
function isUnmarked({ text, reasoning, content }: ThinkingCase): boolean {
  return text !== '' && reasoning === text && (content ?? '') === '' && !/[<[|]/.test(text);
}

/** Parsers that vLLM's tests name by a class, and those that only its tests have. */
const STAND_INS: ReadonlyMap<string, Profile> = new Map([
  ['Gemma4ParserReasoningAdapter', profileOf('gemma-4')],
  ['MinimaxM2ParserReasoningAdapter', profileOf('minimax-m2')],
  ['MinimaxM3ParserReasoningAdapter', profileOf('minimax-m3')],
  ['DeepSeekV32ParserReasoningAdapter', profileOf('deepseek-v3.2')],
  ['ThinkReasoningParser', alwaysThinks('ThinkReasoningParser', THINK_TAGS)],
  ['_CombinedTestEngineReasoningAdapter', alwaysThinks('_CombinedTestEngineReasoningAdapter', THINK_TAGS)],
  [
    'TestThinkingReasoningParser',
    alwaysThinks('TestThinkingReasoningParser', { open: '<test:think>', close: '</test:think>' }),
  ],
]);

function alwaysThinks(name: string, delimiters: NonNullable<Profile['delimiters']>): Profile {
  return { ...UNKNOWN, name, thinking: 'always', opensInPrompt: true, delimiters };
}
