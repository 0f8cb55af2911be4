// Owns claims about the names of parameters: `__proto__` never becomes a key, and what every object inherits is a name like any other.

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import type { JsonObject } from '../../src/core/json.ts';
import { isSameJson, parseJson } from '../../src/core/json.ts';
import { defineAgent, defineTool, run, VllmClient } from '../../src/index.ts';
import type { ToolSchema } from '../../src/schema/compile.ts';
import { answer, startFakeVllm } from '../../src/testing/index.ts';

interface Seen {
  readonly args: unknown;
  readonly told: unknown;
  readonly warnings: readonly string[];
}

/** What the tool gets, and what the model is told, through a whole run. `text` is the call's arguments as the model writes them. */
async function call(parameters: ToolSchema, text: string): Promise<Seen> {
  await using vllm = await startFakeVllm();
  await using client = new VllmClient(vllm.baseUrl);
  vllm.script(answer({ toolCalls: [{ id: 'c', name: 'f', arguments: text }] }), answer({ content: 'ok' }));
  let args: unknown;
  const tool = defineTool({
    name: 'f',
    description: 'Takes what it is given.',
    parameters,
    execute: (given: unknown) => {
      args = given;
      return 'done';
    },
  });
  const result = await run(defineAgent({ name: 'a', tools: [tool] }), 'x', { client });
  const told = result.messages.find(({ role }) => role === 'tool')?.content;
  return { args, told, warnings: result.warnings.map(({ code }) => code) };
}

/** The own keys of all objects in a value, whatever they inherit. */
function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.getOwnPropertyNames(value)
    .filter((key) => !Array.isArray(value) || key !== 'length')
    .flatMap((key) => [key, ...keysOf(Reflect.get(value, key))]);
}

const OPEN: JsonObject = { type: 'object', properties: { a: { type: 'object' } } };

describe('a key `__proto__`', () => {
  test.each<[string, ToolSchema, string]>([
    ['of a JSON Schema tool', OPEN, '{"a":{"b":1},"__proto__":{"isAdmin":true}}'],
    ['further inside', OPEN, '{"a":{"b":1,"__proto__":{"isAdmin":true}}}'],
    ['in a list', { type: 'object', properties: {} }, '{"a":[{"b":1,"__proto__":{}}]}'],
    ['written with escapes', OPEN, '{"a":{"b":1},"\\u005f_pr\\u006fto__":{"isAdmin":true}}'],
    ['of a call without its last brace', OPEN, '{"a":{"b":1},"__proto__":{"isAdmin":true}'],
    ['of a call without its first brace', OPEN, '"a":{"b":1},"__proto__":{"isAdmin":true}}'],
    ['of glued objects', OPEN, '{}{"a":{"b":1},"__proto__":{"isAdmin":true}}'],
    ['of JSON encoded twice', OPEN, JSON.stringify('{"a":{"b":1},"__proto__":{"isAdmin":true}}')],
    ['of an object written as text', OPEN, '{"a":"{\\"b\\":1,\\"__proto__\\":{\\"isAdmin\\":true}}"}'],
    [
      'of an open zod 4 tool',
      z.looseObject({ a: z.any() }),
      '{"a":{"b":1,"__proto__":{}},"__proto__":{"isAdmin":true}}',
    ],
    ['of a zod 4 record', z.object({ a: z.record(z.string(), z.any()) }), '{"a":{"b":1,"__proto__":{"isAdmin":true}}}'],
    ['of a zod 3 tool', z3.object({ a: z3.any() }).passthrough(), '{"a":{"b":1,"__proto__":{}},"__proto__":{}}'],
    [
      'beside a parameter `constructor`',
      { type: 'object', properties: { constructor: {} } },
      '{"a":{"b":1},"__proto__":{}}',
    ],
  ])('%s does not reach the tool', async (_name, parameters, text) => {
    const { args, told } = await call(parameters, text);
    expect([keysOf(args).filter((key) => /\D/.test(key)), told]).toEqual([['a', 'b'], 'done']);
    expect(Object.assign({}, args)).not.toHaveProperty('isAdmin');
  });

  test('that is left out is told by a warning', async () => {
    expect((await call(OPEN, '{"__proto__":{}}')).warnings).toEqual(['arguments_repaired']);
    expect((await call(OPEN, '{"a":{"text":"__proto__ and \\u0041"}}')).warnings).toEqual([]);
  });

  test('is never the same as what an object inherits', () => {
    const own: unknown = JSON.parse('{"__proto__":{}}');
    expect([isSameJson(own, { a: 1 }), isSameJson(own, {}), isSameJson({ toString: 1 }, { a: 1 })]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('is read as JSON without it, and what is no JSON stays none', () => {
    expect(parseJson('[{"__proto__":1,"a":"__proto__"}]')).toEqual([{ a: '__proto__' }]);
    expect(parseJson('{"__proto__":1')).toBeUndefined();
  });
});

const NAMES = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', '__defineGetter__'];
const jsonSchema = (property: JsonObject, required: readonly string[] = []): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(NAMES.map((name) => [name, property])),
  required,
  additionalProperties: false,
});
// Each its own: a type that occurs twice becomes a reference.
const zodSchema = <T>(make: () => T) => Object.fromEntries(NAMES.map((name) => [name, make()]));

const OPTIONAL: readonly [string, ToolSchema][] = [
  ['JSON Schema', jsonSchema({ type: 'string' })],
  ['zod 4', z.object(zodSchema(() => z.string().optional()))],
  ['strict zod 4', z.strictObject(zodSchema(() => z.string().optional()))],
  ['zod 3', z3.object(zodSchema(() => z3.string().optional()))],
];
const REQUIRED: readonly [string, ToolSchema][] = [
  ['JSON Schema', jsonSchema({ type: 'string' }, NAMES)],
  ['zod 4', z.object(zodSchema(() => z.string()))],
  ['zod 3', z3.object(zodSchema(() => z3.string()))],
];
const WITH_DEFAULT: readonly [string, ToolSchema][] = [
  ['JSON Schema', jsonSchema({ type: 'integer', default: 7 })],
  ['zod 4', z.object(zodSchema(() => z.int().default(7)))],
  ['zod 3', z3.object(zodSchema(() => z3.number().int().default(7)))],
];

describe('a name that every object inherits', () => {
  test.each([...OPTIONAL, ...REQUIRED])('is a parameter like any other: %s', async (_kind, parameters) => {
    const given = Object.fromEntries(NAMES.map((name) => [name, `the ${name}`]));
    const { args, told } = await call(parameters, JSON.stringify(given));
    expect([Object.entries(args ?? {}), told]).toEqual([Object.entries(given), 'done']);
  });

  test.each(OPTIONAL)('is not there when it is not given: %s', async (_kind, parameters) => {
    const { args, told } = await call(parameters, '{}');
    expect([NAMES.map((name) => Reflect.get(Object(args), name)), told]).toEqual([NAMES.map(() => undefined), 'done']);
  });

  test.each(REQUIRED)('is missed when it is required: %s', async (_kind, parameters) => {
    const { args, told } = await call(parameters, '{}');
    expect(args).toBeUndefined();
    expect(String(told)).toMatch(/^This call did not run: its arguments do not fit\.\n/);
    expect(String(told)).not.toMatch(/function|native code/);
  });

  test.each(WITH_DEFAULT)('gets its default, and is converted: %s', async (_kind, parameters) => {
    const { args, told } = await call(parameters, '{"toString":"5"}');
    expect([NAMES.map((name) => Reflect.get(Object(args), name)), told]).toEqual([[7, 5, 7, 7, 7, 7], 'done']);
    expect(Object.keys(Object(args)).toSorted()).toEqual(NAMES.toSorted());
  });

  test.each<[string, ToolSchema]>([
    [
      'JSON Schema',
      { type: 'object', properties: { inner: { type: 'object', properties: { constructor: { type: 'string' } } } } },
    ],
    ['zod 4', z.object({ inner: z.object({ constructor: z.string().optional() }) })],
  ])('may stand further inside, and beside other names: %s', async (_kind, parameters) => {
    const { args, told } = await call(parameters, '{"inner":{}}');
    expect([JSON.stringify(args), Reflect.get(Reflect.get(Object(args), 'inner'), 'constructor'), told]).toEqual([
      '{"inner":{}}',
      undefined,
      'done',
    ]);
  });

  test('leaves dates and other values of a transform as they are', async () => {
    const parameters = z.object({
      constructor: z.string().optional(),
      at: z.string().transform((text) => new Date(text)),
    });
    const { args } = await call(parameters, '{"at":"2030-01-01"}');
    expect(Reflect.get(Object(args), 'at')).toEqual(new Date('2030-01-01'));
  });
});
