// Owns the schemas that the parameter `x` may have, each under the name that the table shows.

import type { JsonObject } from '../../../src/core/json.ts';

const PLACE: JsonObject = { type: 'object', properties: { a: { type: 'integer' }, city: { type: 'string' } } };

/** Schemas of `x`; `undefined`: the tool has no such parameter. */
const PARAMETERS: Readonly<Record<string, JsonObject | undefined>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  'string[]': { type: 'array', items: { type: 'string' } },
  'integer[]': { type: 'array', items: { type: 'integer' } },
  object: PLACE,
  'string, null': { type: ['string', 'null'] },
  'integer or null': { anyOf: [{ type: 'integer' }, { type: 'null' }] },
  'integer or string': { anyOf: [{ type: 'integer' }, { type: 'string' }] },
  'boolean or string': { oneOf: [{ type: 'boolean' }, { type: 'string' }] },
  'string[] or string': { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }] },
  'object or null': { anyOf: [PLACE, { type: 'null' }] },
  'enum of strings': { type: 'string', enum: ['Paris', '5', 'true', 'null'] },
  'enum of numbers': { enum: [0, 1, 5] },
  'const 5': { const: 5 },
  'allOf integer': { allOf: [{ type: 'integer' }, { minimum: -10 }] },
  '$ref to number or null': { $ref: '#/$defs/limit' },
  'no type': { description: 'Anything.' },
  missing: undefined,
};

const DEFINITIONS: JsonObject = {
  limit: { anyOf: [{ $ref: '#/$defs/size' }, { type: 'null' }] },
  size: { type: 'number' },
};

export const SCHEMA_NAMES = Object.keys(PARAMETERS);

export const TOOL_SCHEMAS: readonly JsonObject[] = Object.entries(PARAMETERS).map(([name, schema]) => ({
  type: 'object',
  properties: { ...(schema !== undefined && { x: schema }), other: { type: 'string' } },
  ...(name.startsWith('$ref') && { $defs: DEFINITIONS }),
}));
