// Owns the claims about which tools are sent with `strict`.

import { expect, test } from 'vitest';
import { z } from 'zod';
import { toolDefinition } from '../../../src/agent/turn/request.ts';
import type { JsonObject } from '../../../src/index.ts';
import { defineTool } from '../../../src/index.ts';

const city = { type: 'string' };
const CLOSED = { additionalProperties: false };

test.each<[string, JsonObject, JsonObject]>([
  ['named arguments', { type: 'object', properties: { city } }, { type: 'object', properties: { city }, ...CLOSED }],
  [
    'arguments of any name and one type',
    { type: 'object', additionalProperties: city },
    { type: 'object', additionalProperties: city },
  ],
  [
    'a choice of argument lists',
    { type: 'object', anyOf: [{ properties: { city } }, { properties: {} }] },
    {
      type: 'object',
      anyOf: [
        { properties: { city }, ...CLOSED },
        { properties: {}, ...CLOSED },
      ],
    },
  ],
  [
    'arguments defined elsewhere in the schema',
    { type: 'object', $ref: '#/$defs/Place', $defs: { Place: { properties: { city } } } },
    { type: 'object', $ref: '#/$defs/Place', $defs: { Place: { properties: { city }, ...CLOSED } } },
  ],
])('a tool with %s is sent with `strict`', (_, parameters, sent) => {
  const tool = defineTool({ name: 'look', description: 'Looks.', parameters, execute: () => 'seen' });
  expect(toolDefinition(tool)).toEqual({
    type: 'function',
    function: { name: 'look', description: 'Looks.', parameters: sent, strict: true },
  });
});

test.each<[string, JsonObject, JsonObject]>([
  ['an empty list of arguments', { type: 'object', properties: {} }, { type: 'object', properties: {}, ...CLOSED }],
  [
    'an empty list, closed',
    { type: 'object', properties: {}, ...CLOSED },
    { type: 'object', properties: {}, ...CLOSED },
  ],
  ['no list of arguments', { type: 'object' }, { type: 'object' }],
  ['any arguments', { type: 'object', additionalProperties: true }, { type: 'object', additionalProperties: true }],
  [
    'any arguments, as a schema',
    { type: 'object', additionalProperties: {} },
    { type: 'object', additionalProperties: {} },
  ],
])('a tool with %s is sent without it', (_, parameters, sent) => {
  const tool = defineTool({ name: 'look', description: 'Looks.', parameters, execute: () => 'seen' });
  expect(toolDefinition(tool)).toEqual({
    type: 'function',
    function: { name: 'look', description: 'Looks.', parameters: sent },
  });
});

test('a tool whose zod schema is empty is sent without it', () => {
  const empty = defineTool({ name: 'a', description: 'A.', parameters: z.object({}), execute: () => 1 });
  expect(toolDefinition(empty).function.strict).toBe(undefined);
});
