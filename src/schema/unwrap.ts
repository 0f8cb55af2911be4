// Owns arguments that a model put into one parameter more: `{"arguments": {"city": "Paris"}}`. Whether they fit is left to the check.

import { parseExactJson } from '../core/exact-json.ts';
import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** The names that models give the parameter that is not there. They stand in prompts and templates around the real ones. */
const WRAPPERS: ReadonlySet<string> = new Set(['arguments', 'input', 'parameters', 'properties']);

/**
 * The arguments in the wrapper, as an object or as the JSON text of one; undefined when there is no wrapper. It is one only if it is all that was given, the
 * schema has no parameter of its name and takes no further ones, and has all the parameters in it.
 */
export function unwrapArguments(args: JsonObject, schema: JsonObject): JsonObject | undefined {
  const [wrapper, ...others] = Object.keys(args);
  if (wrapper === undefined || others.length > 0 || !WRAPPERS.has(wrapper)) return undefined;
  const { properties, additionalProperties } = schema;
  if (!isObject(properties) || Object.hasOwn(properties, wrapper)) return undefined;
  if (additionalProperties === true || isObject(additionalProperties)) return undefined;
  const given = args[wrapper];
  const inner = typeof given === 'string' ? parseExactJson(given) : given;
  if (!isObject(inner) || Object.keys(inner).length === 0) return undefined;
  const areParameters = Object.keys(inner).every((name) => Object.hasOwn(properties, name));
  return areParameters ? (inner as JsonObject) : undefined; // a part of a JSON object, or parsed JSON
}
