// Owns claims about the validators of JSON Schemas: what is found before one is compiled, which are shared, how long they are kept.

import { describe, expect, test } from 'vitest';
import { DefinitionError, type JsonObject } from '../../src/index.ts';
import { fromJsonSchema, fromListedSchema } from '../../src/schema/json-schema.ts';
import { createValidator, MAX_KEPT_CHARS, validatorFor } from '../../src/schema/validator.ts';

const ARGUMENTS = { fillDefaults: true, findAll: true };
const DATA = { fillDefaults: false, findAll: false };
const properties = (a: JsonObject): JsonObject => ({ type: 'object', properties: { a } });

describe('a schema that is not valid', () => {
  const invalid: readonly (readonly [string, JsonObject])[] = [
    ['an unknown type', properties({ type: 'objekt' })],
    ['a type given twice', properties({ type: ['string', 'string'] })],
    ['a reference to nothing', properties({ $ref: '#/$defs/b' })],
    ['items of an older draft', properties({ type: 'array', items: [{ type: 'string' }] })],
    ['required that is no list', { type: 'object', required: 'a' }],
    ['a schema that is no schema', properties({ anyOf: [7] })],
  ];

  test.each(invalid)('with %s is refused at once, in a program and in a list alike', (_name, schema) => {
    for (const from of [fromJsonSchema, fromListedSchema]) {
      expect(() => from(schema, 'tool `t`')).toThrow(DefinitionError);
      expect(() => from(schema, 'tool `t`')).toThrow(
        /^The schema of tool `t` is not a valid JSON Schema \(2020-12\): /,
      );
    }
  });

  const strange: readonly (readonly [string, JsonObject])[] = [
    ['a pattern that is no regular expression', properties({ pattern: '[' })],
    ['a name pattern that is no regular expression', { type: 'object', patternProperties: { '(': {} } }],
    ['nullable without a type', properties({ nullable: true })],
    ['the old keyword `id`', { ...properties({}), id: 'x' }],
    ['an empty enum', properties({ enum: [] })],
    ['two anchors of one name', { type: 'object', $defs: { b: { $anchor: 'x' }, c: { $anchor: 'x' } } }],
  ];

  test.each(strange)(
    'with %s is refused in a program, and no reason to lose the tool of a server',
    async (_name, schema) => {
      expect(() => fromJsonSchema(schema, 'tool `t`')).toThrow(/^The schema of tool `t` is not a valid JSON Schema/);
      expect(await fromListedSchema(schema, 'x')['~standard'].validate({})).toEqual({ value: {} });
    },
  );

  test('and for which a validator was asked is refused when it is used', () => {
    const validator = validatorFor(properties({ $ref: '#/none' }), DATA);
    expect(() => validator.check({})).toThrow(/can't resolve reference/);
  });
});

describe('a schema that is valid', () => {
  const valid: readonly (readonly [string, JsonObject])[] = [
    [
      'properties with the names of keywords',
      properties({ type: 'object', properties: { pattern: {}, id: {}, $ref: {} } }),
    ],
    ['keywords that nobody knows', properties({ foo: { type: 'objekt' } })],
    ['a format that nobody knows', properties({ type: 'string', format: 'phone' })],
    ['a dialect and ids, twice', { ...properties({}), $schema: 'http://json-schema.org/draft-07/schema#', $id: 'x' }],
  ];

  test.each(valid)('with %s is taken, in a program and in a list alike', async (_name, schema) => {
    for (const from of [fromJsonSchema, fromListedSchema]) {
      expect(await from(schema, 'x')['~standard'].validate({})).toEqual({ value: {} });
    }
  });
});

describe('a check', () => {
  const schema = { ...properties({ type: 'integer', default: 5 }), required: ['b'], additionalProperties: false };

  test('of arguments finds all that does not fit, and where', () => {
    expect(validatorFor(schema, ARGUMENTS).check({ a: 'x', c: 1 })).toEqual([
      { path: [], message: "must have required property 'b'" },
      { path: [], message: 'must NOT have additional properties (`c`)' },
      { path: ['a'], message: 'must be integer' },
    ]);
  });

  test('of arguments gives the tool a copy with defaults, and leaves the value as it is', async () => {
    const given = { a: { b: 'x' } };
    const copy = await fromListedSchema(properties({ type: 'object', properties: { c: { default: 1 } } }), 'x')[
      '~standard'
    ].validate(given);
    expect([copy, given]).toEqual([{ value: { a: { b: 'x', c: 1 } } }, { a: { b: 'x' } }]);
  });

  test('of data finds the first that does not fit, and fills nothing in', () => {
    const check = createValidator({ ...properties({ default: 5 }), required: ['b', 'c'] });
    const value = {};
    expect(check(value)).toEqual([{ path: '', message: "must have required property 'b'", got: '{}' }]);
    expect(value).toEqual({});
  });
});

describe('validators', () => {
  const named = (description: string): JsonObject => ({ ...properties({ type: 'string' }), description });

  test('are shared by schemas of the same text, whatever their ids', () => {
    const one = validatorFor(named('one'), ARGUMENTS);
    expect(validatorFor({ ...named('one'), $id: 'x', $schema: 'y' }, ARGUMENTS)).toBe(one);
    expect(validatorFor(named('other'), ARGUMENTS)).not.toBe(one);
    expect(validatorFor(named('one'), DATA)).not.toBe(one);
  });

  test('are kept up to a size, the least recently used out first', () => {
    const third = (name: string) => named(name.repeat(MAX_KEPT_CHARS / 3));
    const [a, b] = [validatorFor(third('a'), DATA), validatorFor(third('b'), DATA)];
    expect(validatorFor(third('a'), DATA)).toBe(a);
    // There is no room for a third one: `b` goes, for `a` was used after it.
    validatorFor(third('c'), DATA);
    expect(validatorFor(third('a'), DATA)).toBe(a);
    expect(validatorFor(third('b'), DATA)).not.toBe(b);
  });

  test('larger than what is kept are made all the same', () => {
    const huge = named('x'.repeat(MAX_KEPT_CHARS + 1));
    expect(validatorFor(huge, DATA).check({ a: 1 })).toEqual([{ path: ['a'], message: 'must be string' }]);
    expect(validatorFor(huge, DATA)).toBe(validatorFor(huge, DATA));
  });
});
