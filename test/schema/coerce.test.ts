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
