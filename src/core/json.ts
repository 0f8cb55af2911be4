// Owns the types of JSON values, reading and comparing them. Interpreting a value is left to its reader.

import { JsonNesting } from './json-nesting.ts';

export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Narrows an unknown value to a plain object: not null, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** More brackets within brackets than any data has. Deeper values overflow the stack of whatever walks them, `JSON.stringify` included. */
const MAX_NESTING = 1000;

/**
 * What a text says in JSON; undefined, which no JSON is, when the text is not JSON, or is nested too deeply. Keys `__proto__` are left out at every depth, and
 * reported: whoever copies an object by assignment would set a prototype with one.
 */
export function parseJson(text: string, onLeftOut?: () => void): unknown {
  if (isNestedTooDeeply(text)) return undefined;
  try {
    return mayNamePrototype(text) ? parseWithoutPrototypes(text, onLeftOut) : JSON.parse(text);
  } catch {
    // The caller sees undefined.
    return undefined;
  }
}

export function isNestedTooDeeply(text: string): boolean {
  // Most texts are too short for that.
  if (text.length < 2 * MAX_NESTING) return false;
  const nesting = new JsonNesting();
  nesting.readAll(text);
  return nesting.deepest > MAX_NESTING;
}

/** An escape can stand for any of its characters. */
function mayNamePrototype(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u00');
}

function parseWithoutPrototypes(text: string, onLeftOut?: () => void): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key !== '__proto__') return value;
    onLeftOut?.();
    return undefined;
  });
}

/** Whether two values are the same JSON. The order of keys and keys with the value undefined do not matter. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((part, at) => isSameJson(part, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = definedKeys(one);
  return (
    keys.length === definedKeys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameJson(one[key], other[key]))
  );
}

/** One text for all values that are the same JSON: for looking one up among many, where `isSameJson` would compare each with each. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(ordered(value)) ?? 'undefined';
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    definedKeys(value)
      .toSorted()
      .map((key) => [key, ordered(value[key])]),
  );
}

function definedKeys(object: Record<string, unknown>): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}

/** Converts plain data declared as an interface to the JSON type: interfaces lack the index signature that `JsonObject` requires. */
export function asJson(data: object): JsonValue {
  return data as JsonValue;
}
