// Owns comparing the calls that the project reads in a text with those that vLLM's parser reads. Thinking is left to `thinking.ts` and `combined.ts`.

import type { JsonObject } from '../../src/core/json.ts';
import { isSameJson, parseJson } from '../../src/core/json.ts';
import { coerceBySchema } from '../../src/schema/coerce.ts';
import type { CallCase, ParserCases } from './cases.ts';
import { schemasOf } from './cases.ts';
import { familyOfToolParser } from './families.ts';
import { readAnswer } from './read-answer.ts';
import { splitsOf } from './splits.ts';
import type { Count, Failure } from './table.ts';

export interface ReadCall {
  readonly name: string;
  readonly arguments: string;
}

export interface CallCounts {
  readonly parser: string;
  readonly family: string;
  /** Without those that end in the middle of a call. */
  readonly withCalls: Count;
  /** Texts that end in the middle of a call. vLLM makes a call of what is there; the project runs none, and the model is asked again. */
  readonly cut: number;
  /** Passed: no call is read. */
  readonly withoutCalls: Count;
  /** Texts that give something else in another split. */
  readonly splitsDiffer: number;
  readonly failures: readonly Failure[];
}

type Verdict = 'passed' | 'failed' | 'cut';

/** `toolNames`: all that any case knows, so that a text without calls has as many chances as possible to give one. */
export async function countCalls(
  { parser, cases }: ParserCases<CallCase>,
  toolNames: readonly string[],
): Promise<CallCounts> {
  const family = familyOfToolParser(parser);
  const failures: Failure[] = [];
  const verdicts: { readonly hasCalls: boolean; readonly verdict: Verdict }[] = [];
  let splitsDiffer = 0;
  for (const one of cases) {
    const { calls: expected } = one.expected;
    const schemas = schemasOf(one, expected.length === 0 ? toolNames : []);
    const answers = await Promise.all(splitsOf(one.text).map((pieces) => readAnswer(pieces, family, schemas)));
    const reads = answers.map((answer) => ({
      content: answer.content,
      reasoning: answer.reasoning,
      calls: answer.calls.map((call) => call.function),
      hasCutCall: answer.hasCutCall,
    }));
    const whole = reads[0] ?? { calls: [], hasCutCall: false };
    if (reads.some((read) => !isSameJson(read, whole))) splitsDiffer++;
    const isCut = whole.hasCutCall && whole.calls.length === 0 && expected.length > 0;
    const verdict = isCut ? 'cut' : isSameCalls(whole.calls, expected, schemas) ? 'passed' : 'failed';
    verdicts.push({ hasCalls: expected.length > 0, verdict });
    if (verdict === 'failed') {
      failures.push({ text: one.text, expected: expected.map(shortCall), got: whole.calls.map(shortCall) });
    }
  }
  return {
    parser,
    family: family.name,
    withCalls: count(verdicts.filter(({ hasCalls }) => hasCalls)),
    cut: verdicts.filter(({ verdict }) => verdict === 'cut').length,
    withoutCalls: count(verdicts.filter(({ hasCalls }) => !hasCalls)),
    splitsDiffer,
    failures,
  };
}

function count(verdicts: readonly { readonly verdict: Verdict }[]): Count {
  const whole = verdicts.filter(({ verdict }) => verdict !== 'cut');
  return { passed: whole.filter(({ verdict }) => verdict === 'passed').length, of: whole.length };
}

/** Whether both are the same calls in the same order, their arguments taken as the schemas say. */
export function isSameCalls(
  calls: readonly ReadCall[],
  expected: readonly ReadCall[],
  schemas: ReadonlyMap<string, JsonObject>,
): boolean {
  const values = (all: readonly ReadCall[]): unknown[] => all.map((call) => [call.name, argumentsOf(call, schemas)]);
  return isSameJson(values(calls), values(expected));
}

function argumentsOf({ name, arguments: text }: ReadCall, schemas: ReadonlyMap<string, JsonObject>): unknown {
  const value = parseJson(text) ?? text;
  const schema = schemas.get(name);
  return schema === undefined ? value : coerceBySchema(value, schema).value;
}

export function shortCall({ name, arguments: text }: ReadCall): string {
  return `${name}(${text})`;
}
