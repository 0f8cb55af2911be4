// Owns reading the text of a call's arguments: a value, or why there is none. Checking the value is left to the schema.

import { createRequire } from 'node:module';
import type { JsonObject } from '../core/json.ts';
import { isObject, parseJson } from '../core/json.ts';

export type ReadArguments =
  /** `repair` says in words what was repaired; undefined when nothing was. */
  | { readonly type: 'read'; readonly value: JsonObject; readonly repair: string | undefined }
  /** The answer ended in the middle of the call, which therefore must not run. */
  | { readonly type: 'cut' }
  /** `problem` is a sentence for the model. */
  | { readonly type: 'broken'; readonly problem: string };

/**
 * Reads arguments. Text that parses as it is counts as complete, whatever the finish reason says. Otherwise, if the answer was cut or a
 * string is open, the call was cut and is not repaired. If not, only repairs are made that cannot change what was meant: a missing brace
 * at either end, objects glued together, JSON that was encoded twice.
 */
export function readArguments(text: string, wasCut: boolean): ReadArguments {
  const trimmed = text.trim();
  // Parsers write a call without arguments in different ways. A call that was cut before its first byte looks the same.
  if (trimmed === '' || trimmed === 'null') return wasCut ? { type: 'cut' } : read({});
  let isPrototypeLeftOut = false;
  const whole = parseJson(trimmed, () => {
    isPrototypeLeftOut = true;
  });
  if (isObject(whole))
    return read(whole, isPrototypeLeftOut ? '`__proto__`, which names no parameter, was left out' : undefined);
  if (wasCut) return { type: 'cut' };
  if (typeof whole === 'string') return decodeTwice(whole);
  if (whole !== undefined) return broken('they are JSON but not an object');
  const end = endState(trimmed);
  if (end === 'open string') return { type: 'cut' };
  return repairGlued(trimmed) ?? repairBraces(trimmed) ?? broken(parseProblem(trimmed));
}

function read(value: object, repair?: string): ReadArguments {
  return { type: 'read', value: value as JsonObject, repair }; // it comes from JSON
}

function broken(what: string): ReadArguments {
  return { type: 'broken', problem: `the arguments are not valid: ${what}` };
}

function decodeTwice(inner: string): ReadArguments {
  const value = inner.trim() === '' ? {} : parseJson(inner);
  return isObject(value)
    ? read(value, 'they were encoded as JSON twice')
    : broken('they are a JSON string, not an object');
}

/** `{}{"a":1}` and `{"a":1}{"a":1}`: dropping an empty or a repeated object loses nothing. Two different objects are not one call. */
function repairGlued(text: string): ReadArguments | undefined {
  const parts = splitObjects(text);
  if (parts === undefined || parts.length < 2) return undefined;
  const filled = [...new Set(parts.map((part) => JSON.stringify(part)))].filter((part) => part !== '{}');
  if (filled.length > 1) return broken('they are several JSON objects; one call takes one object');
  const value: unknown = JSON.parse(filled[0] ?? '{}');
  return isObject(value) ? read(value, 'they came as several objects glued together') : undefined;
}

function splitObjects(text: string): readonly unknown[] | undefined {
  const parts: unknown[] = [];
  let rest = text;
  while (rest !== '') {
    const end = objectEnd(rest);
    if (end === undefined) return undefined;
    const value = parseJson(rest.slice(0, end));
    if (!isObject(value)) return undefined;
    parts.push(value);
    rest = rest.slice(end).trimStart();
  }
  return parts;
}

/** Where the object at the start of the text ends. */
function objectEnd(text: string): number | undefined {
  let depth = 0;
  for (const { character, at } of structure(text)) {
    if (character === '{' || character === '[') depth++;
    else if ('}]'.includes(character)) depth--;
    if (depth === 0) return character === '}' ? at + 1 : undefined;
  }
  return undefined;
}

/** Servers were seen to lose the first or the last brace of a complete call. Nothing but brackets may be added. */
function repairBraces(text: string): ReadArguments | undefined {
  for (const candidate of text.startsWith('{') ? [text] : [`{${text}`, text]) {
    const closed = close(candidate);
    const value = closed === undefined ? undefined : parseJson(closed);
    if (isObject(value)) return read(value, 'a brace was missing');
  }
  return undefined;
}

/** Loaded with the first arguments that need a repair: most programs never do. */
const load = createRequire(import.meta.url);

function close(text: string): string | undefined {
  try {
    const { jsonrepair } = load('jsonrepair') as typeof import('jsonrepair');
    const repaired = jsonrepair(text);
    return repaired.startsWith(text) && /^[\]}]*$/.test(repaired.slice(text.length)) ? repaired : undefined;
  } catch {
    // It cannot be repaired; the caller says what is wrong.
    return undefined;
  }
}

function endState(text: string): 'open string' | 'closed' {
  let quotes = 0;
  for (const { character } of structure(text)) if (character === '"') quotes++;
  return quotes % 2 === 1 ? 'open string' : 'closed';
}

/** The characters of JSON text outside of strings, with the quotes that begin and end them. */
function* structure(text: string): Generator<{ readonly character: string; readonly at: number }> {
  let isInside = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (isInside && character === '\\') at++;
    else if (character === '"') {
      isInside = !isInside;
      yield { character, at };
    } else if (!isInside) yield { character, at };
  }
}

function parseProblem(text: string): string {
  try {
    JSON.parse(text);
    return 'unknown';
  } catch (error) {
    return error instanceof Error ? error.message : 'they are not JSON';
  }
}
