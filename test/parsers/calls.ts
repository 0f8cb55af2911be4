// Owns comparing the calls that the project reads in a text with those that vLLM's parser reads. Thinking is left to `thinking.ts` and `combined.ts`.

import type { JsonObject } from '../../src/core/json.ts';
import { isSameJson, parseJson } from '../../src/core/json.ts';
import { coerceBySchema } from '../../src/schema/coerce.ts';
import type { CallCase, ParserCases } from './cases.ts';
import { schemasOf } from './cases.ts';
import { reasonToDiffer } from './differences.ts';
import { familyOfToolParser } from './families.ts';
import type { ReadAnswer } from './read-answer.ts';
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
  readonly withCalls: Count;
  /** Passed: no call is read. */
  readonly withoutCalls: Count;
  /** Of the texts that are not read alike, those for which there is a reason: how many for each. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Texts that give something else in another split. */
  readonly splitsDiffer: number;
  /** Those without a reason come first. */
  readonly failures: readonly Failure[];
}

/** `toolNames`: all that any case knows, so that a text without calls has as many chances as possible to give one. */
export async function countCalls(
  { parser, cases }: ParserCases<CallCase>,
  toolNames: readonly string[],
): Promise<CallCounts> {
  const family = familyOfToolParser(parser);
  const failures: Failure[] = [];
  const reasons = new Map<string, number>();
  const of = { with: 0, without: 0 };
  const failed = { with: 0, without: 0 };
  let splitsDiffer = 0;
  for (const { text, tools, expected } of cases) {
    const kind = expected.calls.length > 0 ? 'with' : 'without';
    const schemas = schemasOf({ text, tools, expected }, kind === 'without' ? toolNames : []);
    const answers = await Promise.all(splitsOf(text).map((pieces) => readAnswer(pieces, family, schemas)));
    const [whole, ...others] = answers.map(factsOf);
    if (others.some((read) => !isSameJson(read, whole))) splitsDiffer++;
    of[kind]++;
    const calls = whole?.calls ?? [];
    if (isSameCalls(calls, expected.calls, schemas)) continue;
    failed[kind]++;
    const isCut = calls.length === 0 && whole?.hasCutCall === true;
    const reason = reasonToDiffer({
      text,
      expected: expected.calls,
      calls,
      isCut,
      isMentioned: whole?.isMentioned === true,
    });
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    failures.push({ text, expected: expected.calls.map(shortCall), got: calls.map(shortCall), reason });
  }
  return {
    parser,
    family: family.name,
    withCalls: { passed: of.with - failed.with, of: of.with },
    withoutCalls: { passed: of.without - failed.without, of: of.without },
    reasons,
    splitsDiffer,
    failures: failures.toSorted((one, other) => Number(one.reason !== undefined) - Number(other.reason !== undefined)),
  };
}

function factsOf({ content, reasoning, calls, hasCutCall, isMentioned }: ReadAnswer) {
  return { content, reasoning, calls: calls.map((call) => call.function), hasCutCall, isMentioned };
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
