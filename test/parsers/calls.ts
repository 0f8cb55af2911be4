// Owns comparing the calls that the project reads in a text with those that vLLM's parser reads. Thinking is left to `thinking.ts` and `combined.ts`.

import type { JsonObject } from '../../src/core/json.ts';
import { isSameJson, parseJson } from '../../src/core/json.ts';
import { coerceBySchema } from '../../src/schema/coerce.ts';
import { scanPieces } from '../support/scan.ts';
import type { CallCase, ParserCases } from './cases.ts';
import { schemasOf } from './cases.ts';
import { familyOfToolParser, formatsFor } from './families.ts';
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
  /** Texts that give something else in another split. */
  readonly splitsDiffer: number;
  readonly failures: readonly Failure[];
}

/** `toolNames`: all that any case knows, so that a text without calls has as many chances as possible to give one. */
export function countCalls({ parser, cases }: ParserCases<CallCase>, toolNames: readonly string[]): CallCounts {
  const family = familyOfToolParser(parser);
  const known = formatsFor(family);
  const failures: Failure[] = [];
  const count = { passed: [0, 0], of: [0, 0] };
  let splitsDiffer = 0;
  for (const one of cases) {
    const { calls: expected } = one.expected;
    const schemas = schemasOf(one, expected.length === 0 ? toolNames : []);
    const scans = splitsOf(one.text).map((pieces) => scanPieces(pieces, { schemas, ...known }));
    const { calls } = scans[0] ?? { calls: [] };
    if (scans.some((scan) => !isSameJson(scan, scans[0]))) splitsDiffer++;
    const place = expected.length > 0 ? 0 : 1;
    const passes = isSameCalls(calls, expected, schemas);
    count.of[place] = (count.of[place] ?? 0) + 1;
    if (passes) count.passed[place] = (count.passed[place] ?? 0) + 1;
    else failures.push({ text: one.text, expected: expected.map(shortCall), got: calls.map(shortCall) });
  }
  const [passedWith = 0, passedWithout = 0] = count.passed;
  const [ofWith = 0, ofWithout = 0] = count.of;
  return {
    parser,
    family: family?.name ?? '–',
    withCalls: { passed: passedWith, of: ofWith },
    withoutCalls: { passed: passedWithout, of: ofWithout },
    splitsDiffer,
    failures,
  };
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
