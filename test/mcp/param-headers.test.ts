// Owns claims about arguments that a server wants as HTTP headers: which tools may be used, and the form of the headers.

import { describe, expect, test } from 'vitest';
import { headersFor, paramHeaders } from '../../src/mcp/param-headers.ts';

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const marked = (header: unknown, type: unknown = 'string') => ({ type, 'x-mcp-header': header });

describe('the marks of a schema', () => {
  test.each<[string, unknown, unknown]>([
    ['nothing', undefined, []],
    ['no mark', object({ a: { type: 'string' } }), []],
    [
      'marks at any depth',
      object({ a: marked('A'), b: object({ c: marked('B-c', 'integer'), properties: marked('D', 'boolean') }) }),
      [
        { path: ['a'], header: 'A' },
        { path: ['b', 'c'], header: 'B-c' },
        { path: ['b', 'properties'], header: 'D' },
      ],
    ],
    ['an argument of the name', object({ 'x-mcp-header': { type: 'string' } }), []],
  ])('with %s are read', (_name, schema, expected) => {
    expect(paramHeaders(schema)).toEqual(expected);
  });

  test.each<[string, unknown, string]>([
    ['at the root', { ...object({}), 'x-mcp-header': 'A' }, 'its whole input has a `x-mcp-header`'],
    ['empty', object({ a: marked('') }), 'the `x-mcp-header` of `a` is not the name of a header'],
    ['no text', object({ a: marked(7) }), 'the `x-mcp-header` of `a` is not the name of a header'],
    ['two lines', object({ a: marked('A\r\nB: c') }), 'the `x-mcp-header` of `a` is not the name of a header'],
    ['a space', object({ a: marked('A B') }), 'the `x-mcp-header` of `a` is not the name of a header'],
    ['of a number', object({ a: marked('A', 'number') }), 'the type of `a` does not allow a `x-mcp-header`'],
    ['of a list of types', object({ a: marked('A', ['string']) }), 'the type of `a` does not allow a `x-mcp-header`'],
    [
      'of an object',
      object({ a: { ...object({}), 'x-mcp-header': 'A' } }),
      'the type of `a` does not allow a `x-mcp-header`',
    ],
    ['twice', object({ a: marked('Ab'), b: marked('aB') }), 'two of its arguments have the header `aB`'],
    ...['items', 'additionalProperties', 'not'].map((keyword): [string, unknown, string] => [
      `in ${keyword}`,
      object({ a: { [keyword]: marked('A') } }),
      'a part of `a` that has no fixed place has a `x-mcp-header`',
    ]),
    ...['anyOf', 'prefixItems'].map((keyword): [string, unknown, string] => [
      `in ${keyword}`,
      object({ a: { [keyword]: [object({ b: marked('A') })] } }),
      'a part of `a` that has no fixed place has a `x-mcp-header`',
    ]),
    [
      'in $defs',
      object({}, { $defs: { a: marked('A') } }),
      'a part of `` that has no fixed place has a `x-mcp-header`',
    ],
  ])('that are %s are an error', (_name, schema, expected) => {
    expect(() => paramHeaders(schema)).toThrow(new TypeError(expected));
  });

  test('are looked for to a depth that ends', () => {
    let deep: object = marked('A');
    for (let at = 0; at < 20_000; at++) deep = at % 2 === 0 ? object({ a: deep }) : { items: deep };
    expect(paramHeaders(deep)).toEqual([]);
  });
});

test.each<[string, unknown, string | undefined]>([
  ['a text', 'us-west1', 'us-west1'],
  ['a text with spaces inside', 'us west 1', 'us west 1'],
  ['an empty text', '', '=?base64??='],
  ['spaces around', ' a ', '=?base64?IGEg?='],
  ['a tab first', '\ta', '=?base64?CWE=?='],
  ['two lines', 'a\r\nb', '=?base64?YQ0KYg==?='],
  ['other letters', 'ü', '=?base64?w7w=?='],
  ['what looks encoded', '=?base64?YQ==?=', '=?base64?PT9iYXNlNjQ/WVE9PT89?='],
  ['an integer', 42, '42'],
  ['false', false, 'false'],
  ['a fraction', 1.5, undefined],
  ['an integer beyond what is exact', 2 ** 60, undefined],
  ['null', null, undefined],
  ['nothing', undefined, undefined],
  ['a list', ['a'], undefined],
])('%s as a header', (_name, value, expected) => {
  const params = [{ path: ['a', 'b'], header: 'X' }];
  const args = { a: { ...(value !== undefined && { b: value }) } } as never;
  expect(headersFor(params, args)).toEqual(expected === undefined ? {} : { 'Mcp-Param-X': expected });
});

test('what an object inherits is no argument', () => {
  expect(headersFor([{ path: ['constructor', 'name'], header: 'X' }], {})).toEqual({});
});
