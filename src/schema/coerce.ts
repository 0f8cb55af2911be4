// Owns converting arguments of the wrong type whose meaning is clear. Whether they fit is left to the check, which types a schema
// allows to `schema-types.ts`.

import { parseExactJson } from '../core/exact-json.ts';
import type { JsonObject } from '../core/json.ts';
import { isSameJson } from '../core/json.ts';
import { isSchema } from './clean.ts';
import type { JsonType } from './schema-types.ts';
import { alternativesOf, isOfType, literalsOf, typeOf, typesOf } from './schema-types.ts';

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

function coerce(value: unknown, schema: JsonObject, place: Place): unknown {
  if (place.depth > MAX_DEPTH) return value;
  const types = typesOf({ schema, root: place.root });
  const same = types.size === 0 || isOfType(value, types) ? value : convert(value, types, place);
  if (typeof same !== 'object' || same === null) return same;
  const meant = meantBranch(same, schema, place);
  if (meant === undefined) return same;
  const inside = Array.isArray(same)
    ? coerceItems(same, meant, place)
    : coerceProperties(same as JsonObject, meant, place);
  const parts: readonly unknown[] = Array.isArray(meant.allOf) ? meant.allOf : [];
  return parts.filter(isSchema).reduce<unknown>((whole, part) => coerce(whole, part, deeper(place)), inside);
}

/** The only branch of a union that a list or an object can be meant for; undefined: it is not clear which one was meant. */
function meantBranch(value: object, schema: JsonObject, place: Place): JsonObject | undefined {
  const kind: JsonType = Array.isArray(value) ? 'array' : 'object';
  const { root } = place;
  const branches = alternativesOf({ schema, root }).filter((branch) => {
    const types = typesOf({ schema: branch, root });
    return types.size === 0 || types.has(kind);
  });
  if (branches.length < 2) return branches[0];
  const fitting = branches.filter((branch) => isMarkedBy(value as JsonObject, branch, root));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Whether an object has what a branch requires, and the literals by which the branches of a union are distinguished. */
function isMarkedBy(value: JsonObject, branch: JsonObject, root: JsonObject): boolean {
  const required: readonly unknown[] = Array.isArray(branch.required) ? branch.required : [];
  if (required.some((name) => typeof name === 'string' && !Object.hasOwn(value, name))) return false;
  const properties = isSchema(branch.properties) ? branch.properties : {};
  return Object.entries(properties).every(([name, schema]) => {
    const literals = isSchema(schema) ? literalsOf({ schema, root }) : [];
    if (literals.length === 0 || !Object.hasOwn(value, name)) return true;
    return literals.some((literal) => isSameJson(literal, value[name]));
  });
}

function coerceItems(values: readonly unknown[], schema: JsonObject, place: Place): readonly unknown[] {
  const firsts: readonly unknown[] = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  return values.map((entry, at) => {
    const item = at < firsts.length ? firsts[at] : schema.items;
    return isSchema(item) ? coerce(entry, item, inner(place, String(at))) : entry;
  });
}

function coerceProperties(value: JsonObject, schema: JsonObject, place: Place): object {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const entries = Object.entries(value).flatMap(([name, entry]): [string, unknown][] => {
    const property = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    if (!isSchema(property)) return [[name, entry]];
    if (Object.hasOwn(properties, name) && !required.includes(name) && isNotGiven(entry, property, place.root)) {
      const at = join(place.path, name);
      place.changes.push({ path: at, what: `${at}: null was left out` });
      return [];
    }
    return [[name, coerce(entry, property, inner(place, name))]];
  });
  return Object.fromEntries(entries);
}

/** Models write null for "not given", and sometimes the word as a text. A property that takes null, or the text, keeps it. */
function isNotGiven(entry: unknown, schema: JsonObject, root: JsonObject): boolean {
  const types = typesOf({ schema, root });
  if (types.size === 0 || types.has('null')) return false;
  return entry === null || (isNullWord(entry) && !types.has('string'));
}

function isNullWord(value: unknown): boolean {
  return value === 'null' || value === 'None';
}

/** The order in which types are tried: the text of a number is more likely a number than a list of one. */
const ORDER: readonly JsonType[] = ['null', 'integer', 'number', 'boolean', 'object', 'string', 'array'];

function convert(value: unknown, types: ReadonlySet<JsonType>, place: Place): unknown {
  for (const type of ORDER) {
    if (!types.has(type)) continue;
    const converted = CONVERT[type](value);
    if (converted === undefined) continue;
    place.changes.push({ path: place.path, what: `${place.path || 'the arguments'}: ${nameOf(value)} became ${type}` });
    return converted;
  }
  return value;
}

const CONVERT: Readonly<Record<JsonType, (value: unknown) => unknown>> = {
  integer: (value) => toNumber(value, Number.isSafeInteger),
  number: (value) => toNumber(value, Number.isFinite),
  boolean: toBoolean,
  string: (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined),
  null: (value) => (isNullWord(value) ? null : undefined),
  object: (value) => parsed(value, (found) => isSchema(found)),
  array: (value) => parsed(value, Array.isArray) ?? (isSingle(value) ? [value] : undefined),
};

const NUMBER = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

function toNumber(value: unknown, isFit: (number: number) => boolean): number | undefined {
  if (typeof value !== 'string' || !NUMBER.test(value)) return undefined;
  return isFit(Number(value)) ? Number(value) : undefined;
}

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function toBoolean(value: unknown): boolean | undefined {
  return typeof value === 'string' || typeof value === 'number'
    ? BOOLEANS.get(String(value).trim().toLowerCase())
    : undefined;
}

function parsed(value: unknown, isFit: (found: unknown) => boolean): unknown {
  const found = typeof value === 'string' ? parseExactJson(value) : undefined;
  return isFit(found) ? found : undefined;
}

/** Whether a value can be meant as the only entry of a list. A text that begins like a list or an object is one that is broken. */
function isSingle(value: unknown): boolean {
  if (typeof value === 'string') return !/^\s*[[{]/.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

function nameOf(value: unknown): string {
  return typeof value === 'number' ? 'number' : typeOf(value);
}

function inner(place: Place, key: string): Place {
  return { ...place, path: join(place.path, key), depth: place.depth + 1 };
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 };
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
