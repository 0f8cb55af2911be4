// Owns the types of JSON values, reading and comparing them. What a value means is left to whoever reads it.

export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Narrows an unknown value to a plain object: not null, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a text says in JSON; undefined, which no JSON is, when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller sees undefined.
    return undefined;
  }
}

/** Whether two values are the same JSON. The order of keys does not count, nor does a key whose value is undefined. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((part, at) => isSameJson(part, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = definedKeys(one);
  return keys.length === definedKeys(other).length && keys.every((key) => isSameJson(one[key], other[key]));
}

function definedKeys(object: Record<string, unknown>): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}

/** Plain data that is declared as an interface, as JSON: TypeScript gives interfaces no index signature, which `JsonObject` asks for. */
export function asJson(data: object): JsonValue {
  return data as JsonValue;
}
