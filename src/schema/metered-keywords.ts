// Owns the keywords that apply no other schema: types, bounds, allowed values. Their words are those of the library that checks the schemas of
// programs, so that the model reads the same of all tools.

import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject, isSameJson } from '../core/json.ts';

interface Meter {
  readonly spend: (steps: number) => void;
  readonly matches: (pattern: string, text: string) => boolean;
}

export function checkType({ type }: JsonObject, value: unknown): readonly string[] {
  if (type === undefined) return [];
  const types = Array.isArray(type) ? type : [type];
  return types.some((name) => isOfType(name, value)) ? [] : [`must be ${types.join(',')}`];
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'string':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}

export function checkBounds(schema: JsonObject, value: unknown, meter: Meter): readonly string[] {
  const own = checkValues(schema, value, meter);
  if (typeof value === 'number') return [...own, ...checkNumber(schema, value)];
  if (typeof value === 'string') return [...own, ...checkText(schema, value, meter)];
  if (Array.isArray(value)) return [...own, ...checkItems(schema, value, meter)];
  return isObject(value) ? [...own, ...checkKeys(schema, value, meter)] : own;
}

function checkValues(schema: JsonObject, value: unknown, meter: Meter): readonly string[] {
  const { enum: allowed, const: constant } = schema;
  if (constant !== undefined) {
    meter.spend(sizeOf(value, meter));
    if (!isSameJson(value, constant)) return ['must be equal to constant'];
  }
  if (!Array.isArray(allowed)) return [];
  const isScalar = typeof value !== 'object' || value === null;
  meter.spend(isScalar ? allowed.length / 10 : sizeOf(value, meter) * allowed.length);
  const isAllowed = isScalar ? allowed.includes(value) : allowed.some((entry) => isSameJson(entry, value));
  if (isAllowed) return [];
  return [`must be equal to one of the allowed values: ${shown(allowed)}`];
}

const MAX_SHOWN_VALUES = 100;

function shown(allowed: readonly JsonValue[]): string {
  const values = allowed.slice(0, MAX_SHOWN_VALUES).map((entry) => JSON.stringify(entry));
  return [...values, ...(allowed.length > values.length ? ['…'] : [])].join(', ');
}

/** Values in a value, itself included. */
function sizeOf(value: unknown, meter: Meter): number {
  meter.spend(1);
  const parts = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return parts.reduce<number>((sum, part) => sum + sizeOf(part, meter), 1);
}

function checkNumber(schema: JsonObject, value: number): readonly string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const problems: string[] = [];
  if (typeof minimum === 'number' && value < minimum) problems.push(`must be >= ${minimum}`);
  if (typeof maximum === 'number' && value > maximum) problems.push(`must be <= ${maximum}`);
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) problems.push(`must be > ${exclusiveMinimum}`);
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) problems.push(`must be < ${exclusiveMaximum}`);
  if (typeof multipleOf === 'number' && !isMultiple(value, multipleOf))
    problems.push(`must be multiple of ${multipleOf}`);
  return problems;
}

/** Decimal fractions have no exact quotient. */
function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return Math.abs(quotient - Math.round(quotient)) <= 1e-9 * Math.max(1, Math.abs(quotient));
}

function checkText(schema: JsonObject, value: string, meter: Meter): readonly string[] {
  const { minLength, maxLength, pattern } = schema;
  const problems: string[] = [];
  if (typeof minLength === 'number' || typeof maxLength === 'number') {
    meter.spend(value.length / 10);
    const length = lengthOf(value);
    if (typeof minLength === 'number' && length < minLength)
      problems.push(`must NOT have fewer than ${minLength} characters`);
    if (typeof maxLength === 'number' && length > maxLength)
      problems.push(`must NOT have more than ${maxLength} characters`);
  }
  if (typeof pattern === 'string' && !meter.matches(pattern, value)) problems.push(`must match pattern "${pattern}"`);
  return problems;
}

/** In code points, as JSON Schema counts. */
function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff || at === 0 || (text.charCodeAt(at - 1) & 0xfc00) !== 0xd800) length++;
  }
  return length;
}

function checkItems(schema: JsonObject, value: readonly unknown[], meter: Meter): readonly string[] {
  const { minItems, maxItems, uniqueItems } = schema;
  const problems: string[] = [];
  if (typeof minItems === 'number' && value.length < minItems)
    problems.push(`must NOT have fewer than ${minItems} items`);
  if (typeof maxItems === 'number' && value.length > maxItems)
    problems.push(`must NOT have more than ${maxItems} items`);
  if (uniqueItems === true && !areUnique(value, meter)) problems.push('must NOT have duplicate items');
  return problems;
}

function areUnique(values: readonly unknown[], meter: Meter): boolean {
  const scalars = new Set<unknown>();
  const others: unknown[] = [];
  for (const value of values) {
    meter.spend(1);
    if (typeof value !== 'object' || value === null) {
      if (scalars.has(value)) return false;
      scalars.add(value);
      continue;
    }
    meter.spend(others.length * sizeOf(value, meter));
    if (others.some((other) => isSameJson(other, value))) return false;
    others.push(value);
  }
  return true;
}

function checkKeys(schema: JsonObject, value: Record<string, unknown>, meter: Meter): readonly string[] {
  const { minProperties, maxProperties, required, dependentRequired } = schema;
  const problems: string[] = [];
  if (typeof minProperties === 'number' || typeof maxProperties === 'number') {
    const count = Object.keys(value).length;
    meter.spend(count);
    if (typeof minProperties === 'number' && count < minProperties)
      problems.push(`must NOT have fewer than ${minProperties} properties`);
    if (typeof maxProperties === 'number' && count > maxProperties)
      problems.push(`must NOT have more than ${maxProperties} properties`);
  }
  const needed = [
    ...namesIn(required),
    ...Object.entries(isObject(dependentRequired) ? dependentRequired : {}).flatMap(([key, names]) =>
      Object.hasOwn(value, key) ? namesIn(names) : [],
    ),
  ];
  meter.spend(needed.length);
  for (const name of needed) {
    if (!Object.hasOwn(value, name) || value[name] === undefined)
      problems.push(`must have required property '${name}'`);
  }
  return problems;
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
