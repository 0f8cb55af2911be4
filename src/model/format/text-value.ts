// Owns what a value means that a model wrote as text, without quotes or a type: the tool's schema decides. Finding the text is left to
// the readers of tags, converting values of a wrong type to the schema room.

import { parseExactJson } from '../../core/exact-json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import type { JsonType } from '../../schema/schema-types.ts';
import { isOfType, literalsOf, typesOf } from '../../schema/schema-types.ts';
import { readPythonLiteral } from './read-python.ts';

/** A parameter's schema, in the tool's schema. `schema` is undefined when the tool's schema does not speak of the parameter. */
export interface ParameterPlace {
  readonly schema: JsonObject | undefined;
  readonly root: JsonObject;
}

/** The place of a property in a schema: `additionalProperties` speaks of those that are not named. */
export function parameterOf(schema: JsonObject, name: string, root: JsonObject): ParameterPlace {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const found: unknown = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
  return { schema: isObject(found) ? (found as JsonObject) : undefined, root }; // a part of a JSON Schema
}

/**
 * The value that a text stands for. If the schema takes texts too, a text becomes another value only if nothing is lost by it: `5` becomes
 * a number, `007` and `1.10` do not. If the schema takes no texts, whatever can be meant is tried. What fits no type stays text, and the
 * check of the arguments reports it. `isJsonByDefault`: where the schema names no type, what is JSON is read as JSON.
 */
export function readTextValue(text: string, { schema, root }: ParameterPlace, isJsonByDefault = false): JsonValue {
  const types = typesAt({ schema, root });
  if (schema === undefined || types.size === 0) return orText(isJsonByDefault ? untypedIn(text) : undefined, text);
  if (!types.has('string')) return orText(readTyped(text.trim(), types), text);
  if (types.size === 1 || literalsOf({ schema, root }).includes(text)) return text;
  return orText(readBesideText(text, types), text);
}

/** The value may be null, which is a value. */
function orText(value: JsonValue | undefined, text: string): JsonValue {
  return value === undefined ? text : value;
}

/** A value that the model declared to be a text. Declared so by mistake, it is whatever it can be where the schema takes no texts. */
export function readDeclaredText(text: string, place: ParameterPlace): JsonValue {
  const types = typesAt(place);
  if (types.size === 0 || types.has('string')) return text;
  const value = readTextValue(text, place);
  return typeof value === 'string' ? text : value;
}

/**
 * A value that the model declared to be JSON. Declared so by mistake, it is its own text where the schema takes only texts; and what is
 * not JSON after all is read as text.
 */
export function readDeclaredJson(text: string, place: ParameterPlace): JsonValue {
  const value = jsonIn(text);
  if (value === undefined) return readTextValue(text, place);
  const types = typesAt(place);
  return value !== null && types.has('string') && !isOfType(value, types) ? text : value;
}

function typesAt({ schema, root }: ParameterPlace): ReadonlySet<JsonType> {
  return schema === undefined ? new Set() : typesOf({ schema, root });
}

function readBesideText(text: string, types: ReadonlySet<JsonType>): JsonValue | undefined {
  const word = text.trim().toLowerCase();
  if (types.has('null') && text.toLowerCase() === 'null') return null;
  const number = numberIn(text.trim());
  if (number !== undefined && isOfType(number, types) && String(number) === text.trim()) return number;
  if (types.has('boolean') && (word === 'true' || word === 'false')) return word === 'true';
  return bracketed(jsonIn(text), types);
}

function readTyped(text: string, types: ReadonlySet<JsonType>): JsonValue | undefined {
  const word = text.toLowerCase();
  if (word === 'null' || word === 'none') return null;
  const number = numberIn(text);
  if (number !== undefined && isOfType(number, types)) return number;
  if (types.has('boolean') && ['true', '1', 'false', '0'].includes(word)) return word === 'true' || word === '1';
  const literal = literalIn(text);
  return typeof literal === 'string' ? literal : bracketed(literal, types);
}

/** A list or an object, of a type that is allowed. */
function bracketed(value: JsonValue | undefined, types: ReadonlySet<JsonType>): JsonValue | undefined {
  return typeof value === 'object' && value !== null && isOfType(value, types) ? value : undefined;
}

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Undefined also for an integer that a number of JavaScript does not hold: the digits stay as they are. */
function numberIn(text: string): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number)) ? number : undefined;
}

function jsonIn(text: string): JsonValue | undefined {
  return parseExactJson(text) as JsonValue | undefined; // parsed JSON
}

/** JSON, and a number only if it is written as numbers are: `1.0` may be the name of a version. */
function untypedIn(text: string): JsonValue | undefined {
  const value = jsonIn(text);
  return typeof value === 'number' && String(value) !== text.trim() ? undefined : value;
}

/** Models write lists and objects as JSON, and sometimes as Python. */
function literalIn(text: string): JsonValue | undefined {
  const value = jsonIn(text);
  return value === undefined && /^\s*[[{(]/.test(text) ? readPythonLiteral(text) : value;
}
