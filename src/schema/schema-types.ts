// Owns which types of JSON values a schema allows, whatever way it says so: `type`, `const`, `enum`, `anyOf`, `oneOf`, `allOf`, `$ref`.
// What is made of it is left to whoever reads or converts values; checking is left to the validator.

import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { isSchema } from './clean.ts';

const JSON_TYPES = ['null', 'integer', 'number', 'boolean', 'object', 'array', 'string'] as const;

export type JsonType = (typeof JSON_TYPES)[number];

/** A schema in the document that its references refer to. */
export interface SchemaPlace {
  readonly schema: JsonObject;
  readonly root: JsonObject;
}

/** The types that a schema allows. Empty: it allows any, or what it allows is not known. */
export function typesOf({ schema, root }: SchemaPlace): ReadonlySet<JsonType> {
  const visited = new Set<JsonObject>();

  // Each schema is visited once, so that references in circles end and shared ones are not followed again and again.
  function visit(place: JsonObject): ReadonlySet<JsonType> {
    if (visited.has(place)) return new Set();
    visited.add(place);
    const declared = typesIn(place.type);
    if (declared.size > 0) return declared;
    if (place.const !== undefined) return new Set([typeOf(place.const)]);
    if (Array.isArray(place.enum)) return new Set(place.enum.map((value: JsonValue) => typeOf(value)));
    const target = targetOf(place, root);
    if (target !== undefined) return visit(target);
    const parts = listOf(place.allOf)
      .map(visit)
      .filter((types) => types.size > 0);
    const [first, ...rest] = parts;
    if (first !== undefined) return new Set([...first].filter((type) => rest.every((types) => types.has(type))));
    const branches = branchesOf(place).map(visit);
    // A branch without a type allows any.
    return branches.some((types) => types.size === 0) ? new Set() : new Set(branches.flatMap((types) => [...types]));
  }

  return visit(schema);
}

/** The values that a schema names one by one, of all its branches. */
export function literalsOf({ schema, root }: SchemaPlace): readonly JsonValue[] {
  return alternativesOf({ schema, root }).flatMap((one): readonly JsonValue[] => {
    if (one.const !== undefined) return [one.const];
    return Array.isArray(one.enum) ? one.enum : [];
  });
}

/** The schema with its references followed and its unions taken apart: a value fits it if it fits one of these. */
export function alternativesOf({ schema, root }: SchemaPlace): readonly JsonObject[] {
  const visited = new Set<JsonObject>();

  function visit(place: JsonObject): readonly JsonObject[] {
    if (visited.has(place)) return [];
    visited.add(place);
    const target = targetOf(place, root);
    if (target !== undefined) return visit(target);
    const branches = branchesOf(place);
    return branches.length === 0 ? [place] : branches.flatMap(visit);
  }

  return visit(schema);
}

export function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'boolean' || typeof value === 'string' ? (typeof value as 'boolean' | 'string') : 'object';
}

/** Whether a value is of one of the types: an integer is a number too. */
export function isOfType(value: unknown, types: ReadonlySet<JsonType>): boolean {
  const type = typeOf(value);
  return types.has(type) || (type === 'integer' && types.has('number'));
}

function typesIn(type: JsonValue | undefined): ReadonlySet<JsonType> {
  const names: readonly unknown[] = Array.isArray(type) ? type : [type];
  return new Set(JSON_TYPES.filter((known) => names.includes(known)));
}

function branchesOf(schema: JsonObject): readonly JsonObject[] {
  return [...listOf(schema.anyOf), ...listOf(schema.oneOf)];
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

/** What `$ref` refers to in the same document, by a JSON pointer: https://www.rfc-editor.org/rfc/rfc6901. */
function targetOf({ $ref }: JsonObject, root: JsonObject): JsonObject | undefined {
  if (typeof $ref !== 'string' || !$ref.startsWith('#')) return undefined;
  let found: unknown = root;
  for (const part of $ref.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(found)) found = found[Number(key)];
    else found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return isSchema(found) ? found : undefined;
}
