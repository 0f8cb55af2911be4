// Owns checking arguments whose names every object inherits, such as `constructor` and `toString`. Libraries read `value.toString` and find
// the inherited function where the argument was left out. The check itself is left to its library.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** The inherited names that a schema mentions; none for almost every schema. Of `__proto__` no schema can speak. */
export function inheritedNamesIn(schema: JsonObject): readonly string[] {
  const text = JSON.stringify(schema);
  return Object.getOwnPropertyNames(Object.prototype).filter(
    (name) => name !== '__proto__' && text.includes(`"${name}"`),
  );
}

/**
 * A deep copy whose objects inherit nothing, without undefined values: what is not given is not there, whatever its name. Anything but plain
 * data (a date that a transform made) stays as it is.
 */
export function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (!isPlainObject(value)) return value;
  const bare: Record<string, unknown> = Object.create(null);
  for (const name of Object.getOwnPropertyNames(value)) {
    if (name !== '__proto__' && value[name] !== undefined) bare[name] = withoutPrototypes(value[name]);
  }
  return bare;
}

/**
 * A deep copy of JSON without keys `__proto__`, in which each object has a hidden `undefined` under each of the names, so that what it
 * inherits is not seen. For a library that compares the `constructor` of objects, and so cannot take objects that inherit nothing.
 */
export function withInheritedHidden(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => withInheritedHidden(entry, names));
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const name of names) {
    if (!Object.hasOwn(value, name)) Object.defineProperty(copy, name, { writable: true, configurable: true });
  }
  for (const [name, entry] of Object.entries(value)) {
    if (name !== '__proto__') copy[name] = withInheritedHidden(entry, names);
  }
  return copy;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
