// Owns converting arguments of the wrong type whose meaning is clear. Whether they fit is left to the check.

import type { JsonObject } from '../core/json.ts';
import { parseJson } from '../core/json.ts';
import { isSchema } from './clean.ts';

interface Coerced {
  readonly value: unknown;
  /** What was changed, in words, one entry for each place. */
  readonly changes: readonly { readonly path: string; readonly what: string }[];
}

/** Deeper than any tool's arguments; deeper values stay as they are. */
const MAX_DEPTH = 32;

/** Never changes a value whose type the schema allows. */
export function coerceBySchema(value: unknown, schema: JsonObject): Coerced {
  const changes: { path: string; what: string }[] = [];
  const coerced = coerce(value, schema, { path: '', root: schema, depth: 0, changes });
  return { value: coerced, changes };
}

interface Place {
  readonly path: string;
  /** The schema that `$ref` refers to parts of. */
  readonly root: JsonObject;
  readonly depth: number;
  readonly changes: { path: string; what: string }[];
}

function coerce(value: unknown, given: JsonObject, place: Place): unknown {
  if (place.depth > MAX_DEPTH) return value;
  const schema = resolve(given, place.root);
  const types = typesOf(schema);
  // A union is left alone, since it is not clear which branch was meant.
  if (types.length === 0) return value;
  const same = types.some((type) => isOfType(value, type)) ? value : convert(value, types, place);
  if (isSchema(same) && isSchema(schema.properties)) return coerceProperties(same, schema, schema.properties, place);
  if (Array.isArray(same) && isSchema(schema.items)) {
    const { items } = schema;
    return same.map((entry: unknown, at) => coerce(entry, items, inner(place, String(at))));
  }
  return same;
}

function coerceProperties(value: JsonObject, schema: JsonObject, properties: JsonObject, place: Place): object {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const entries = Object.entries(value).flatMap(([name, entry]): [string, unknown][] => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!isSchema(property)) return [[name, entry]];
    const types = typesOf(resolve(property, place.root));
    // Models write null for "not given"; a property that takes null keeps it.
    if (entry === null && !required.includes(name) && types.length > 0 && !types.includes('null')) {
      place.changes.push({ path: join(place.path, name), what: `${join(place.path, name)}: null was left out` });
      return [];
    }
    return [[name, coerce(entry, property, inner(place, name))]];
  });
  return Object.fromEntries(entries);
}

function convert(value: unknown, types: readonly string[], place: Place): unknown {
  for (const type of types) {
    const converted = CONVERT[type]?.(value);
    if (converted === undefined) continue;
    place.changes.push({ path: place.path, what: `${place.path || 'the arguments'}: ${nameOf(value)} became ${type}` });
    return converted;
  }
  return value;
}

const CONVERT: Readonly<Record<string, (value: unknown) => unknown>> = {
  integer: (value) => toNumber(value, Number.isSafeInteger),
  number: (value) => toNumber(value, Number.isFinite),
  boolean: (value) =>
    value === 'true' || value === 'True' ? true : value === 'false' || value === 'False' ? false : undefined,
  string: (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined),
  null: (value) => (value === 'null' || value === 'None' ? null : undefined),
  object: (value) => parsed(value, (found) => isSchema(found)),
  array: (value) => parsed(value, Array.isArray) ?? (isScalar(value) ? [value] : undefined),
};

function toNumber(value: unknown, isFit: (number: number) => boolean): number | undefined {
  if (typeof value !== 'string' || !/^\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/.test(value)) return undefined;
  return isFit(Number(value)) ? Number(value) : undefined;
}

function parsed(value: unknown, isFit: (found: unknown) => boolean): unknown {
  const found = typeof value === 'string' ? parseJson(value) : undefined;
  return isFit(found) ? found : undefined;
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return nameOf(value) === type;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The types that a schema allows, also for a union of one type with null; none for any other union. */
function typesOf(schema: JsonObject): string[] {
  const { type, anyOf } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((entry): entry is string => typeof entry === 'string');
  if (!Array.isArray(anyOf)) return [];
  const branches = anyOf.map((branch) => (isSchema(branch) && typeof branch.type === 'string' ? branch.type : ''));
  const isNullable = branches.length === 2 && branches.includes('null') && !branches.includes('');
  return isNullable ? branches.toSorted((a, b) => Number(a === 'null') - Number(b === 'null')) : [];
}

function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  const name = typeof schema.$ref === 'string' ? /^#\/(?:\$defs|definitions)\/(.+)$/.exec(schema.$ref)?.[1] : undefined;
  const definitions = isSchema(root.$defs) ? root.$defs : root.definitions;
  const found =
    name !== undefined && isSchema(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  return isSchema(found) ? found : schema;
}

function inner(place: Place, key: string): Place {
  return { ...place, path: join(place.path, key), depth: place.depth + 1 };
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
