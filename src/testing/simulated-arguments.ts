// Owns guessing arguments that match a schema from the user's text. Choosing the tool is left to the simulator.

import { isObject } from '../core/json.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The most calls that one sentence leads to. */
const MAX_CALLS = 4;
const MAX_DEPTH = 8;

/**
 * Arguments for each thing that the text names: "Tokyo or Paris" gives two calls when the schema has one required string.
 * Optional properties are filled only when the text contains one of their enum values.
 */
export function guessArguments(text: string, schema: Schema): Record<string, unknown>[] {
  const topics = topicsOf(text);
  const open = requiredOf(schema).filter((name) => isFreeText(propertyOf(schema, name)));
  const rounds = open.length === 1 ? topics.slice(0, MAX_CALLS) : topics.slice(0, 1);
  return rounds.map((topic) => guessObject(text, topic, schema, { root: schema, depth: 0 }));
}

/** One value that matches the schema, with the whole text for every string. */
export function guessOutput(text: string, schema: Schema): Record<string, unknown> {
  return guessObject(text, text, schema, { root: schema, depth: 0 });
}

interface Place {
  readonly root: Schema;
  readonly depth: number;
}

/** The quoted texts, else the paths, else the proper names, else the whole text. */
function topicsOf(text: string): string[] {
  const quoted = [...text.matchAll(/"([^"]+)"|`([^`]+)`/g)].map((match) => match[1] ?? match[2] ?? '');
  if (quoted.length > 0) return quoted;
  const paths = text.match(/[\w./-]*[\w-]\.[a-z]{1,5}\b/g) ?? [];
  if (paths.length > 0) return paths;
  // A capital letter at the start of a sentence does not make a name.
  const names = [...text.matchAll(/(?<![.!?]\s)(?<!^)\b\p{Lu}[\p{L}-]+(?:\s\p{Lu}[\p{L}-]+)*/gu)].map(([name]) => name);
  return names.length > 0 ? [...new Set(names)] : [text.trim()];
}

function guessObject(text: string, topic: string, schema: Schema, place: Place): Record<string, unknown> {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = requiredOf(schema);
  const entries = Object.keys(properties).flatMap((name): [string, unknown][] => {
    const property = propertyOf(schema, name);
    const named = namedMember(text, property);
    if (named !== undefined) return [[name, named]];
    return required.includes(name) ? [[name, guessValue(text, topic, property, place)]] : [];
  });
  return Object.fromEntries(entries);
}

function guessValue(text: string, topic: string, given: Schema, place: Place): unknown {
  const schema = resolve(given, place.root);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.enum)) return namedMember(text, schema) ?? schema.enum[0];
  const branches = schema.anyOf ?? schema.oneOf;
  if (type === undefined && Array.isArray(branches)) return guessValue(text, topic, firstSchema(branches), place);
  if (type === 'integer' || type === 'number') return guessNumber(text, schema);
  if (type === 'boolean') return true;
  if (type === 'array') {
    const isTooDeep = place.depth >= MAX_DEPTH || !isObject(schema.items);
    return isTooDeep ? [] : [guessValue(text, topic, schema.items as Schema, { ...place, depth: place.depth + 1 })];
  }
  if (type === 'object')
    return place.depth >= MAX_DEPTH ? {} : guessObject(text, topic, schema, { ...place, depth: place.depth + 1 });
  return topic;
}

function guessNumber(text: string, { minimum, maximum }: Schema): number {
  const named = Number(/-?\d+(?:\.\d+)?/.exec(text)?.[0] ?? 1);
  const least = typeof minimum === 'number' ? minimum : named;
  const most = typeof maximum === 'number' ? maximum : named;
  return Math.min(Math.max(named, least), Math.max(most, least));
}

function namedMember(text: string, { enum: members }: Schema): unknown {
  if (!Array.isArray(members)) return undefined;
  const lower = text.toLowerCase();
  return members.find(
    (member) => typeof member === 'string' && member.length > 2 && lower.includes(member.toLowerCase()),
  );
}

function requiredOf({ required }: Schema): string[] {
  return Array.isArray(required) ? required.filter((name): name is string => typeof name === 'string') : [];
}

function propertyOf({ properties }: Schema, name: string): Schema {
  const property = isObject(properties) ? properties[name] : undefined;
  return isObject(property) ? property : {};
}

function isFreeText({ type, enum: members, const: fixed, format }: Schema): boolean {
  return type === 'string' && members === undefined && fixed === undefined && format === undefined;
}

function firstSchema(branches: readonly unknown[]): Schema {
  return branches.find(isObject) ?? {};
}

function resolve(schema: Schema, root: Schema): Schema {
  const name = typeof schema.$ref === 'string' ? /^#\/(?:\$defs|definitions)\/(.+)$/.exec(schema.$ref)?.[1] : undefined;
  const definitions = isObject(root.$defs) ? root.$defs : root.definitions;
  const found = name !== undefined && isObject(definitions) ? definitions[name] : undefined;
  return isObject(found) ? found : schema;
}
