// Owns claims about schemas: what the model is shown, what the grammar is given, what is checked.

import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import type { InferArguments, JsonObject, ToolSchema } from '../../src/index.ts';
import { DefinitionError } from '../../src/index.ts';
import { compileSchema } from '../../src/schema/compile.ts';

const NAME = { name: 'tool `t`' };
const shown = (schema: ToolSchema): JsonObject => compileSchema(schema, NAME).jsonSchema;
const strict = (schema: ToolSchema): unknown => compileSchema(schema, NAME).strict;
const shape = (properties: JsonObject, required: string[] = Object.keys(properties)): JsonObject => ({
  type: 'object',
  properties,
  required,
});

describe('a zod 4 schema', () => {
  test.each<[string, z.ZodType, JsonObject]>([
    ['text with a description', z.string().describe('d'), { type: 'string', description: 'd' }],
    ['an enum', z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    ['a literal', z.literal('a'), { type: 'string', const: 'a' }],
    ['a union', z.union([z.string(), z.number()]), { type: ['string', 'number'] }],
    ['something nullable', z.string().nullable(), { type: ['string', 'null'] }],
    ['a list', z.array(z.boolean()), { type: 'array', items: { type: 'boolean' } }],
    ['a nested object', z.object({ a: z.string() }), shape({ a: { type: 'string' } })],
    ['a date as text', z.iso.date(), { type: 'string', format: 'date', pattern: expect.any(String) as never }],
    ['the input side of a transform', z.string().transform(Number), { type: 'string' }],
    [
      'a record',
      z.record(z.string(), z.number()),
      { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'number' } },
    ],
  ])('%s', (_name, schema, expected) => {
    expect(shown(z.object({ x: schema }))).toEqual(shape({ x: expected }));
  });

  test('with optional properties and defaults does not require them', async () => {
    const schema = z.object({ a: z.string(), b: z.string().optional(), c: z.number().default(5) });
    expect(shown(schema)).toEqual(
      shape({ a: { type: 'string' }, b: { type: 'string' }, c: { type: 'number', default: 5 } }, ['a']),
    );
    expect(await compileSchema(schema, NAME).check({ a: 'x' })).toEqual({ ok: true, value: { a: 'x', c: 5 } });
  });

  test('that is recursive keeps its reference', () => {
    const node = z.object({
      value: z.string(),
      get next() {
        return node.optional();
      },
    });
    expect(JSON.stringify(shown(node))).toContain('"$ref"');
    expect(strict(node)).toHaveProperty('jsonSchema');
  });

  test('that is no object is refused', () => {
    expect(() => shown(z.string())).toThrow(
      'The schema of tool `t` is string at its root: wrap it in z.object({ … }).',
    );
  });

  test('checks all of it, also what the grammar is not given', async () => {
    const schema = z.object({ even: z.number().multipleOf(2) }).refine(({ even }) => even < 10, 'too large');
    expect(strict(schema)).toEqual({
      jsonSchema: { ...shape({ even: { type: 'number' } }), additionalProperties: false },
    });
    const { check } = compileSchema(schema, NAME);
    expect(await check({ even: 3 })).toMatchObject({ ok: false, issues: [{ path: 'even', got: '3' }] });
    expect(await check({ even: 12 })).toMatchObject({ ok: false, issues: [{ path: '', message: 'too large' }] });
    expect(await check({ even: 4 })).toEqual({ ok: true, value: { even: 4 } });
  });
});

describe('a schema of another kind', () => {
  test('by zod 3 is shown and checked', async () => {
    const schema = z3.object({ city: z3.string().describe('c'), unit: z3.enum(['c', 'f']).optional() });
    expect(shown(schema)).toMatchObject(
      shape({ city: { type: 'string', description: 'c' }, unit: { type: 'string', enum: ['c', 'f'] } }, ['city']),
    );
    expect(await compileSchema(schema, NAME).check({})).toMatchObject({
      ok: false,
      issues: [{ path: 'city', got: 'nothing' }],
    });
  });

  test('as JSON Schema is cleaned, shown and checked', async () => {
    const schema = {
      ...shape({ $id: { type: 'string', 'x-note': 1 }, n: { type: 'integer', default: 1 } }, ['$id']),
      $schema: 's',
      $comment: 'c',
    };
    expect(shown(schema)).toEqual(shape({ $id: { type: 'string' }, n: { type: 'integer', default: 1 } }, ['$id']));
    const { check } = compileSchema(schema, NAME);
    expect(await check({ $id: 'a' })).toEqual({ ok: true, value: { $id: 'a', n: 1 } });
    expect(await check({ $id: 5 })).toEqual({
      ok: false,
      issues: [{ path: '$id', message: 'must be string', got: '5' }],
    });
  });

  test.each([
    [undefined, 'undefined: give a zod schema or a JSON Schema.'],
    [null, 'null: give a zod schema or a JSON Schema.'],
    [[z.string()], 'a list: give a zod schema or a JSON Schema.'],
    [{ city: z.string() }, 'an object of schemas: wrap it in z.object({ … }).'],
  ])('that is none at all is refused: %j', (schema, what) => {
    expect(() => shown(schema as never)).toThrow(new DefinitionError(`The schema of tool \`t\` is ${what}`));
  });

  test('by a library that cannot express it is refused with its reason', () => {
    const validate = (value: unknown) => ({ value });
    const input = (): never => {
      throw new Error('no regular expressions.');
    };
    const schema = { '~standard': { version: 1, vendor: 'v', validate, jsonSchema: { input } } } as const;
    expect(() => shown(schema)).toThrow(
      new DefinitionError(
        'The schema of tool `t` cannot be shown to the model as a JSON Schema: no regular expressions.',
      ),
    );
  });

  test('as JSON Schema that is none is refused', () => {
    expect(() => shown({ type: 'objekt' })).toThrow(/tool `t` is not a valid JSON Schema/);
  });

  test('by a Standard Schema that tells its JSON Schema is taken, and one that does not is refused', async () => {
    const validate = (value: unknown) => ({ value });
    const jsonSchema = { input: () => shape({ a: { type: 'string' } }) };
    const telling = { '~standard': { version: 1, vendor: 'v', validate, jsonSchema } } as const;
    expect(shown(telling)).toEqual(shape({ a: { type: 'string' } }));
    const silent = { '~standard': { version: 1, vendor: 'silent', validate } } as const;
    expect(() => shown(silent)).toThrow(/by silent, which gives no JSON Schema/);
  });
});

describe('the strict form', () => {
  test.each<[string, JsonObject, JsonObject]>([
    [
      'closes objects',
      shape({ a: shape({ b: { type: 'string' } }) }),
      shape({ a: { ...shape({ b: { type: 'string' } }), additionalProperties: false } }),
    ],
    [
      'keeps open ones open',
      { ...shape({ a: { type: 'string' } }), additionalProperties: true },
      { ...shape({ a: { type: 'string' } }), additionalProperties: true },
    ],
    [
      'leaves out formats that the grammar does not know',
      shape({ a: { type: 'string', format: 'phone' } }),
      shape({ a: { type: 'string' } }),
    ],
    [
      'leaves out lengths beside a pattern',
      shape({ a: { type: 'string', pattern: 'x', minLength: 1 } }),
      shape({ a: { type: 'string', pattern: 'x' } }),
    ],
    [
      'never takes a property for a keyword',
      shape({ multipleOf: { type: 'number', multipleOf: 2 } }),
      shape({ multipleOf: { type: 'number' } }),
    ],
  ])('%s', (_name, schema, expected) => {
    expect(strict(schema)).toEqual({ jsonSchema: { additionalProperties: false, ...expected } });
  });

  test.each<[string, JsonObject, RegExp]>([
    ['an intersection', shape({ a: { allOf: [{ type: 'string' }, { minLength: 1 }] } }), /`a` is an intersection/],
    ['conditions', { ...shape({}), if: {} }, /its root uses `if`/],
  ])('is none for %s, with the reason', (_name, schema, reason) => {
    expect(strict(schema)).toEqual({ reason: expect.stringMatching(reason) });
  });
});

test('argument types follow the schema', () => {
  const zod4 = z.object({ city: z.string(), n: z.number().default(1) });
  const zod3 = z3.object({ city: z3.string() });
  expectTypeOf<InferArguments<typeof zod4>>().toEqualTypeOf<{ city: string; n: number }>();
  expectTypeOf<InferArguments<typeof zod3>>().toEqualTypeOf<{ city: string }>();
  expectTypeOf<InferArguments<JsonObject>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
});
