// Owns arguments that a server wants repeated as HTTP headers, for what stands between client and server: which ones they are, from a tool's
// schema, and their form (2026-07-28, Streamable HTTP, `x-mcp-header`).

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** An argument, by the names that lead to it, and the header for it. */
export interface ParamHeader {
  readonly path: readonly string[];
  readonly header: string;
}

const MARK = 'x-mcp-header';
const PREFIX = 'Mcp-Param-';
const TYPES = new Set(['string', 'integer', 'boolean']);
/** Of a header's name, in RFC 9110. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Deeper ones are refused by what reads the schema afterwards. */
const MAX_DEPTH = 100;

/** The marked arguments. Throws a TypeError that says what is wrong: such a tool may not be used. */
export function paramHeaders(schema: unknown): readonly ParamHeader[] {
  const found: ParamHeader[] = [];
  visit(schema, [], found);
  const names = new Set<string>();
  for (const { header } of found) {
    if (names.has(header.toLowerCase())) throw new TypeError(`two of its arguments have the header \`${header}\``);
    names.add(header.toLowerCase());
  }
  return found;
}

/** Collects marks that are reached through `properties` alone; one anywhere else is an error. */
function visit(node: unknown, path: readonly string[], found: ParamHeader[]): void {
  if (!isObject(node) || path.length > MAX_DEPTH) return;
  if (MARK in node) found.push(readMark(node, path));
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties' && isObject(value)) {
      for (const [name, property] of Object.entries(value)) visit(property, [...path, name], found);
    } else if (SUBSCHEMAS.has(key)) refuseMarks(value, path, 0);
  }
}

function readMark(node: Readonly<Record<string, unknown>>, path: readonly string[]): ParamHeader {
  const { [MARK]: header, type } = node;
  const where = `\`${path.join('.')}\``;
  if (path.length === 0) throw new TypeError(`its whole input has a \`${MARK}\``);
  if (typeof header !== 'string' || !TOKEN.test(header)) {
    throw new TypeError(`the \`${MARK}\` of ${where} is not the name of a header`);
  }
  if (typeof type !== 'string' || !TYPES.has(type)) {
    throw new TypeError(`the type of ${where} does not allow a \`${MARK}\``);
  }
  return { path, header };
}

/** Keywords with schemas whose values have no fixed place in the arguments. */
const SUBSCHEMAS = new Set([
  ...['items', 'prefixItems', 'contains', 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems'],
  ...['propertyNames', 'patternProperties', 'dependentSchemas', 'oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'],
  ...['$defs', 'definitions'],
]);

/** Looks at all that is inside, whatever it means there. */
function refuseMarks(node: unknown, path: readonly string[], depth: number): void {
  if (typeof node !== 'object' || node === null || depth > MAX_DEPTH) return;
  if (isObject(node) && typeof node[MARK] === 'string') {
    throw new TypeError(`a part of \`${path.join('.')}\` that has no fixed place has a \`${MARK}\``);
  }
  for (const value of Object.values(node)) refuseMarks(value, path, depth + 1);
}

/** The headers for the arguments of a call. What is missing, null or of another type has none. */
export function headersFor(params: readonly ParamHeader[], args: JsonObject): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { path, header } of params) {
    const text = textOf(valueAt(args, path));
    if (text !== undefined) headers[`${PREFIX}${header}`] = encode(text);
  }
  return headers;
}

function valueAt(args: unknown, path: readonly string[]): unknown {
  let value = args;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return undefined;
}

/** A text that a header cannot hold, or that could be taken for an encoded one, is sent as base64. */
function encode(text: string): string {
  const isPlain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
