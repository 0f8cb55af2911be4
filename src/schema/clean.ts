// Owns removing from a JSON Schema what only takes up room in the model's prompt. What the schema means does not change.

import type { JsonObject, JsonValue } from '../core/json.ts';

const NOISE = new Set(['$schema', '$id', '$comment', '~standard']);

/** A copy without `$schema`, `$id`, `$comment` and `x-` keywords; names of properties are never touched. */
export function cleanSchema(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword, value]) => !NOISE.has(keyword) && !keyword.startsWith('x-') && value !== undefined)
      .map(([keyword, value]) => [
        keyword,
        MAPS.has(keyword) ? cleanMap(value) : DATA.has(keyword) ? value : cleanValue(value),
      ]),
  );
}

/** Keywords whose value maps names to schemas. */
export const MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** Keywords whose value is data, even if it looks like a schema. */
export const DATA = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired']);

function cleanMap(value: JsonValue | undefined): JsonValue | undefined {
  if (!isSchema(value)) return value;
  // `__proto__` names no parameter: calls that give it lose it.
  const named = Object.entries(value).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(named.map(([name, schema]) => [name, cleanValue(schema)]));
}

function cleanValue(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((entry: JsonValue) => cleanValue(entry) ?? null);
  return isSchema(value) ? cleanSchema(value) : value;
}

export function isSchema(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
