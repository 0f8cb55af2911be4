// Owns claims about the parts of zod schemas that no JSON can be: each is refused with its place and what to write instead.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import type { ToolSchema } from '../../src/index.ts';
import { compileSchema } from '../../src/schema/compile.ts';

function refusalOf(schema: unknown): string {
  try {
    compileSchema(schema as ToolSchema, { name: 'tool `t`' });
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'accepted';
}

const refused = (place: string, part: string, remedy: string): string =>
  `DefinitionError: The schema of tool \`t\` has a part that JSON cannot express: ${place} is ${part}. ${remedy}`;

const DATE = 'Use z.iso.datetime() or z.iso.date(), and .transform() for a Date.';
const BIGINT = 'Use z.int(), or z.string() for more than 15 digits.';

describe('of zod 4', () => {
  test.each<[string, z.ZodType, string]>([
    ['z.date()', z.date(), DATE],
    ['z.bigint()', z.bigint(), BIGINT],
    ['z.map()', z.map(z.string(), z.string()), 'Use z.record().'],
    ['z.set()', z.set(z.string()), 'Use z.array().'],
    ['z.symbol()', z.symbol(), 'Use z.enum() or z.string().'],
    ['z.promise()', z.promise(z.string()), 'Use the schema of its value: arguments are there when the tool is called.'],
    ['z.file()', z.file(), 'Use z.string() for a path or an address: a model cannot hand over a file.'],
    ['z.undefined()', z.undefined(), 'Use .optional() for what may be left out.'],
    ['z.void()', z.void(), 'Use .optional() for what may be left out.'],
    ['z.nan()', z.nan(), 'Use z.number().'],
    ['z.custom()', z.instanceof(URL), 'Use a schema of the JSON that it is made from, and .transform().'],
    ['z.transform()', z.transform(Number), 'Put the schema of the JSON before it, as in z.string().transform(…).'],
    ['z.literal(5n)', z.literal([1, 5n]), BIGINT],
    ['z.literal(undefined)', z.literal([1, undefined]), 'Use .optional() for what may be left out.'],
  ])('%s', (part, schema, remedy) => {
    expect(refusalOf(z.object({ x: schema }))).toBe(refused('`x`', part, remedy));
  });

  const node = z.object({
    value: z.string(),
    when: z.date().optional(),
    get next() {
      return node.optional();
    },
  });

  test.each<[string, z.ZodType]>([
    ['`trips[].start`', z.object({ trips: z.array(z.object({ name: z.string(), start: z.date() })) })],
    ['`by.*`', z.object({ by: z.record(z.string(), z.date()) })],
    ['`pair[1]`', z.object({ pair: z.tuple([z.string(), z.date()]) })],
    ['`pair[]`', z.object({ pair: z.tuple([z.string()], z.date()) })],
    ['`either`', z.object({ either: z.union([z.string(), z.date().nullable()]) })],
    [
      '`kind.on`',
      z.object({
        kind: z.discriminatedUnion('type', [
          z.object({ type: z.literal('a') }),
          z.object({ type: z.literal('b'), on: z.date() }),
        ]),
      }),
    ],
    ['`both`', z.object({ both: z.intersection(z.string(), z.date()) })],
    ['`later`', z.object({ later: z.lazy(() => z.date()) })],
    ['`in`', z.object({ in: z.date().transform(String) })],
    ['`coerced`', z.object({ coerced: z.coerce.date() })],
    ['`pre`', z.object({ pre: z.preprocess((value) => new Date(String(value)), z.date()) })],
    ['`caught`', z.object({ caught: z.date().catch(() => new Date()) })],
    ['`given`', z.object({ given: z.date().default(() => new Date()) })],
    ['`when`', node],
    ['its root', z.date()],
  ])('at %s', (place, schema) => {
    expect(refusalOf(schema)).toBe(refused(place, 'z.date()', DATE));
  });

  test('and of its small form', () => {
    expect(refusalOf(mini.object({ x: mini.optional(mini.date()) }))).toBe(refused('`x`', 'z.date()', DATE));
  });

  test('on the output side alone are accepted', () => {
    const schema = z.object({ when: z.iso.datetime().transform((text) => new Date(text)), n: z.coerce.number() });
    expect(refusalOf(schema)).toBe('accepted');
  });
});

describe('of zod 3, which gives them a JSON Schema that its own check refuses', () => {
  test.each<[string, z3.ZodTypeAny, string]>([
    ['z.date()', z3.date(), DATE],
    ['z.bigint()', z3.bigint(), BIGINT],
    ['z.map()', z3.map(z3.string(), z3.string()), 'Use z.record().'],
    ['z.set()', z3.set(z3.string()), 'Use z.array().'],
    ['z.symbol()', z3.symbol(), 'Use z.enum() or z.string().'],
    [
      'z.promise()',
      z3.promise(z3.string()),
      'Use the schema of its value: arguments are there when the tool is called.',
    ],
    ['z.function()', z3.function(), 'Leave it out: a model cannot write a function.'],
  ])('%s', (part, schema, remedy) => {
    expect(refusalOf(z3.object({ list: z3.array(z3.object({ x: schema.optional() })) }))).toBe(
      refused('`list[].x`', part, remedy),
    );
  });

  test('but are accepted where a text is made into one', () => {
    const schema = z3.object({
      a: z3.coerce.date(),
      b: z3.preprocess((value) => new Date(String(value)), z3.date()),
      c: z3.string().transform((text) => new Date(text)),
      d: z3.string().pipe(z3.coerce.date()),
    });
    expect(refusalOf(schema)).toBe('accepted');
  });
});
