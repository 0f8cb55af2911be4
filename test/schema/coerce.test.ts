// Owns claims about putting arguments of the wrong type right.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/index.ts';
import { coerceBySchema } from '../../src/schema/coerce.ts';
import { describeIssues } from '../../src/schema/issues.ts';

const of = (x: JsonObject): JsonObject => ({ type: 'object', properties: { x } });

describe('coercion', () => {
  test.each<[JsonObject, unknown, unknown]>([
    [{ type: 'integer' }, '5', 5],
    [{ type: 'integer' }, '5.5', '5.5'],
    [{ type: 'number' }, '-1.5e3', -1500],
    [{ type: 'number' }, 'five', 'five'],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, 'yes', 'yes'],
    [{ type: 'string' }, 5, '5'],
    [{ type: 'array', items: { type: 'integer' } }, '["1"]', [1]],
    [{ type: 'array', items: { type: 'string' } }, 'a', ['a']],
    [{ type: 'object', properties: { a: { type: 'integer' } } }, '{"a": "1"}', { a: 1 }],
    [{ type: ['integer', 'null'] }, '5', 5],
    [{ anyOf: [{ type: 'null' }, { type: 'integer' }] }, '5', 5],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, true, 'true'],
    [{ oneOf: [{ type: 'boolean' }, { type: 'integer' }] }, '5', 5],
    [{ oneOf: [{ type: 'boolean' }, { type: 'integer' }] }, 'true', true],
    [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, '5', '5'],
    [{ anyOf: [{ type: 'integer' }, {}] }, '5', '5'],
    [{ allOf: [{ type: ['integer', 'string'] }, { type: 'integer' }] }, '5', 5],
    [{ const: 5 }, '5', 5],
    [{ enum: [1, 2, null] }, '2', 2],
    [{ type: 'boolean' }, 'FALSE', false],
    [{ type: 'boolean' }, '1', true],
    [{ type: 'boolean' }, 0, false],
    [{ type: 'boolean' }, '2', '2'],
    [{ type: 'number' }, '+.5', 0.5],
    [{ type: 'number' }, '.', '.'],
    [{ type: 'integer' }, '007', 7],
    [{ type: 'integer' }, '12345678901234567890', '12345678901234567890'],
    [{ type: 'array', items: { type: 'string' } }, "['a']", "['a']"],
    [{ type: 'array', items: { type: 'string' } }, '{"a":', '{"a":'],
    [{ type: 'array', prefixItems: [{ type: 'integer' }], items: { type: 'boolean' } }, ['1', 'true'], [1, true]],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, { a: '1' }, { a: 1 }],
    [{ anyOf: [{ type: 'object', properties: { a: { type: 'integer' } } }, { type: 'null' }] }, { a: '1' }, { a: 1 }],
    [{ allOf: [{ type: 'object', properties: { a: { type: 'integer' } } }] }, { a: '1' }, { a: 1 }],
  ])('%j: %j becomes %j', (schema, given, expected) => {
    expect(coerceBySchema({ x: given }, of(schema)).value).toEqual({ x: expected });
  });

  test('leaves out a null that an optional property does not take', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: ['string', 'null'] } } };
    expect(coerceBySchema({ a: null, b: null }, schema)).toEqual({
      value: { b: null },
      changes: [{ path: 'a', what: 'a: null was left out' }],
    });
  });

  test.each(['null', 'None', null])('leaves out %j for an optional integer, and only there', (entry) => {
    const properties = { a: { type: 'integer' }, b: { type: ['integer', 'string'] }, c: { type: 'integer' }, d: {} };
    const given = { a: entry, b: 'null', c: entry, d: entry };
    const schema = { type: 'object', properties, required: ['c'] };
    expect(coerceBySchema(given, schema).value).toEqual({ b: 'null', c: entry, d: entry });
  });

  test('converts in the one branch of a union that an object can be meant for', () => {
    const branch = (kind: string, type: string): JsonObject => ({
      type: 'object',
      properties: { kind: { const: kind }, value: { type } },
      required: ['value'],
    });
    const schema = of({ anyOf: [branch('number', 'integer'), branch('flag', 'boolean')] });
    const values = [
      { kind: 'number', value: '1' },
      { kind: 'flag', value: '1' },
      { kind: 'other', value: '1' },
      { value: '1' },
      {},
    ];
    expect(values.map((x) => coerceBySchema({ x }, schema).value)).toEqual(
      [{ kind: 'number', value: 1 }, { kind: 'flag', value: true }, ...values.slice(2)].map((x) => ({ x })),
    );
  });

  test.each<[string, JsonObject]>([
    ['into the definitions', { $ref: '#/$defs/n' }],
    ['to another reference', { $ref: '#/$defs/again' }],
    ['from a union', { anyOf: [{ $ref: '#/$defs/n' }, { type: 'null' }] }],
    ['to a property', { $ref: '#/properties/first' }],
    ['to an entry of a list', { $ref: '#/$defs/union/anyOf/1' }],
    ['with escaped characters', { $ref: '#/$defs/a~1b~0c' }],
  ])('follows a reference %s', (_name, x) => {
    const n: JsonObject = { type: 'integer' };
    const $defs = { n, again: { $ref: '#/$defs/n' }, union: { anyOf: [{ type: 'null' }, n] }, 'a/b~c': n };
    const schema: JsonObject = { type: 'object', properties: { x, first: n }, $defs };
    expect(coerceBySchema({ x: '7' }, schema).value).toEqual({ x: 7 });
  });

  test.each<[string, JsonObject]>([
    ['itself', { $ref: '#/$defs/loop' }],
    ['nothing', { $ref: '#/$defs/none' }],
    ['another document', { $ref: 'https://example.com/schema' }],
  ])('leaves a value whose type refers to %s', (_name, x) => {
    const $defs = { loop: { anyOf: [{ $ref: '#/$defs/loop' }, { $ref: '#/$defs/loop' }] } };
    expect(coerceBySchema({ x: '7' }, { ...of(x), $defs }).value).toEqual({ x: '7' });
  });

  test('follows references, and says what it did', () => {
    const schema = { type: 'object', properties: { n: { $ref: '#/$defs/n' } }, $defs: { n: { type: 'integer' } } };
    expect(coerceBySchema({ n: '7' }, schema)).toEqual({
      value: { n: 7 },
      changes: [{ path: 'n', what: 'n: string became integer' }],
    });
  });

  test('never changes what is of an allowed type', () => {
    const schema = of({ type: ['string', 'number', 'boolean', 'null', 'object', 'array'] });
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        expect(coerceBySchema({ x }, schema)).toEqual({ value: { x }, changes: [] });
      }),
    );
  });
});

test('issues are told one a line, with at most ten', () => {
  const issue = { path: 'a.b', message: 'must be string', got: '5' };
  expect(describeIssues([issue, { ...issue, path: '' }])).toBe(
    '- a.b: must be string; got 5\n- (root): must be string; got 5',
  );
  expect(
    describeIssues(Array.from({ length: 12 }, () => issue))
      .split('\n')
      .at(-1),
  ).toBe('- and 2 more');
});
