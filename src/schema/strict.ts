// Owns turning a JSON Schema into a form that vLLM's grammar (xgrammar) enforces, or saying why there is none. Checking arguments is left
// to `compile.ts`. It checks the whole schema, so what the grammar cannot enforce may be left out of what is sent.

import type { JsonObject, JsonValue } from '../core/json.ts';
import { DATA, isSchema, MAPS } from './clean.ts';

export type StrictSchema = { readonly jsonSchema: JsonObject } | { readonly reason: string };

/** Not sent, since vLLM refuses a whole request with one of these. */
const REFUSED = new Set(['multipleOf', 'uniqueItems', 'contains', 'minContains', 'maxContains']);

/** The formats that the grammar knows; it refuses all others. */
const FORMATS = new Set([
  ...['email', 'date', 'time', 'date-time', 'duration', 'ipv4', 'ipv6', 'hostname', 'uuid', 'uri', 'uri-reference'],
  ...['uri-template', 'json-pointer', 'relative-json-pointer'],
]);

/** Gives the strict form, or the reason in words when the grammar would forbid something that the schema allows. */
export function strictSchema(schema: JsonObject): StrictSchema {
  const reason = obstacle(schema, '');
  return reason === undefined ? { jsonSchema: tighten(schema) } : { reason };
}

/** The first place that the grammar cannot express. */
function obstacle(schema: JsonObject, path: string): string | undefined {
  const at = path === '' ? 'its root' : `\`${path}\``;
  const { allOf, patternProperties, propertyNames, properties, additionalProperties } = schema;
  if (Array.isArray(allOf) && allOf.length > 1)
    return `${at} is an intersection (\`allOf\`), of which the grammar enforces only a part.`;
  const patterns = isSchema(patternProperties) ? Object.keys(patternProperties).length : 0;
  if (patterns > 1 || (patterns === 1 && properties !== undefined))
    return `${at} names properties by several patterns.`;
  const hasNames = isSchema(propertyNames) && !isAnyString(propertyNames);
  if (hasNames && (properties !== undefined || patterns > 0 || isSchema(additionalProperties))) {
    return `${at} restricts the names of its properties (\`propertyNames\`).`;
  }
  for (const keyword of ['if', 'not', 'dependentSchemas', 'dependentRequired', 'unevaluatedProperties']) {
    if (schema[keyword] !== undefined) return `${at} uses \`${keyword}\`.`;
  }
  return firstOf(schema, path);
}

function firstOf(schema: JsonObject, path: string): string | undefined {
  for (const [name, inner] of innerSchemas(schema)) {
    const reason = obstacle(inner, path === '' ? name : `${path}.${name}`);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function innerSchemas(schema: JsonObject): [string, JsonObject][] {
  return Object.entries(schema).flatMap(([keyword, value]): [string, JsonObject][] => {
    if (DATA.has(keyword)) return [];
    if (Array.isArray(value)) return value.filter(isSchema).map((entry) => [keyword, entry]);
    if (!isSchema(value)) return [];
    return MAPS.has(keyword)
      ? Object.entries(value).flatMap(([name, entry]) => (isSchema(entry) ? [[name, entry]] : []))
      : [[keyword, value]];
  });
}

function tighten(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(([keyword, value]) => isSent(keyword, value, schema));
  const inner = kept.map(([keyword, value]) => [keyword, tightenValue(keyword, value)]);
  const isClosed = schema.properties !== undefined && schema.additionalProperties === undefined;
  return Object.fromEntries([...inner, ...(isClosed ? [['additionalProperties', false]] : [])]);
}

function isSent(keyword: string, value: JsonValue | undefined, schema: JsonObject): boolean {
  if (REFUSED.has(keyword)) return false;
  if (keyword === 'format') return typeof value === 'string' && FORMATS.has(value) && schema.pattern === undefined;
  if (keyword === 'propertyNames') return !isAnyString(value);
  const isLength = keyword === 'minLength' || keyword === 'maxLength';
  return !(
    isLength &&
    (schema.pattern !== undefined || (typeof schema.format === 'string' && FORMATS.has(schema.format)))
  );
}

function isAnyString(value: unknown): boolean {
  return isSchema(value) && Object.keys(value).every((keyword) => keyword === 'type') && value.type === 'string';
}

function tightenValue(keyword: string, value: JsonValue | undefined): JsonValue | undefined {
  if (DATA.has(keyword)) return value;
  if (Array.isArray(value)) return value.map((entry: JsonValue) => (isSchema(entry) ? tighten(entry) : entry));
  if (!isSchema(value)) return value;
  if (!MAPS.has(keyword)) return tighten(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, isSchema(entry) ? tighten(entry) : entry]),
  );
}
