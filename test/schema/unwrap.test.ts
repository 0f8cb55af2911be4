// Owns claims about taking arguments out of a wrapper.

import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/index.ts';
import { unwrapArguments } from '../../src/schema/unwrap.ts';

const PLACE: JsonObject = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } };
const INNER = { city: 'Paris' };

test.each<[string, JsonObject, JsonObject, JsonObject | undefined]>([
  ['an object', { arguments: INNER }, PLACE, INNER],
  ['the text of an object', { input: '{"city": "Paris"}' }, PLACE, INNER],
  ['parameters', { parameters: INNER }, PLACE, INNER],
  ['properties', { properties: { ...INNER, days: 2 } }, PLACE, { ...INNER, days: 2 }],
  ['another name', { data: INNER }, PLACE, undefined],
  ['something beside the wrapper', { arguments: INNER, days: 2 }, PLACE, undefined],
  ['a name that is a parameter', { input: INNER }, { properties: { input: {}, city: {} } }, undefined],
  ['a schema that takes further parameters', { input: INNER }, { ...PLACE, additionalProperties: true }, undefined],
  ['further parameters of a type', { input: INNER }, { ...PLACE, additionalProperties: {} }, undefined],
  ['a strict schema', { input: INNER }, { ...PLACE, additionalProperties: false }, INNER],
  ['a schema without parameters', { arguments: INNER }, { type: 'object' }, undefined],
  ['a parameter that does not exist', { arguments: { town: 'Paris' } }, PLACE, undefined],
  ['an inherited name', { arguments: { toString: 'x' } }, PLACE, undefined],
  ['nothing in it', { arguments: {} }, PLACE, undefined],
  ['a list', { arguments: ['Paris'] }, PLACE, undefined],
  ['a text', { arguments: 'Paris' }, PLACE, undefined],
  ['no arguments', {}, PLACE, undefined],
])('with %s', (_name, args, schema, expected) => {
  expect(unwrapArguments(args, schema)).toEqual(expected);
});
