// Owns reading the text of a call's arguments: a value, or why there is none. Checking the value is left to the schema.

import { parseExactJson } from '../core/exact-json.ts';
import type { JsonObject } from '../core/json.ts';
import { isNestedTooDeeply, isObject } from '../core/json.ts';
import { JsonNesting } from '../core/json-nesting.ts';

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
 * at either end, surplus ones behind the object, objects glued together, JSON that was encoded twice.
 */
export function readArguments(text: string, wasCut: boolean): ReadArguments {
  const trimmed = text.trim();
  // Parsers write a call without arguments in different ways. A call that was cut before its first byte looks the same.
  if (trimmed === '' || trimmed === 'null') return wasCut ? { type: 'cut' } : read({});
  let isPrototypeLeftOut = false;
  const whole = parseExactJson(trimmed, () => {
    isPrototypeLeftOut = true;
  });
  if (isObject(whole))
    return read(whole, isPrototypeLeftOut ? '`__proto__`, which names no parameter, was left out' : undefined);
  if (wasCut) return { type: 'cut' };
  if (typeof whole === 'string') return decodeTwice(whole);
  if (whole !== undefined) return broken('they are JSON but not an object');
  const nesting = new JsonNesting();
  nesting.readAll(trimmed);
  if (nesting.isInString) return { type: 'cut' };
  return repairGlued(trimmed) ?? repairSurplus(trimmed) ?? repairBraces(trimmed) ?? broken(parseProblem(trimmed));
}

function read(value: object, repair?: string): ReadArguments {
  return { type: 'read', value: value as JsonObject, repair }; // it comes from JSON
}

function broken(what: string): ReadArguments {
  return { type: 'broken', problem: `the arguments are not valid: ${what}` };
}

function decodeTwice(inner: string): ReadArguments {
  const value = inner.trim() === '' ? {} : parseExactJson(inner);
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
  for (let at = 0; at < text.length; at = skipSpace(text, at)) {
    const end = text.charAt(at) === '{' ? new JsonNesting().readToClose(text, at) : undefined;
    const value = end === undefined ? undefined : parseExactJson(text.slice(at, end));
    if (end === undefined || !isObject(value)) return undefined;
    parts.push(value);
    at = end;
  }
  return parts;
}

function skipSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  return from + (SPACE.exec(text)?.[0].length ?? 0);
}

const SPACE = /\s*/y;

/** `{"a":1}}`: servers with speculative decoding were seen to give closing brackets twice. The object before them is whole. */
function repairSurplus(text: string): ReadArguments | undefined {
  const end = text.startsWith('{') ? new JsonNesting().readToClose(text) : undefined;
  if (end === undefined || !/^[\s}\]]+$/.test(text.slice(end))) return undefined;
  const value = parseExactJson(text.slice(0, end));
  return isObject(value) ? read(value, 'there were surplus closing brackets') : undefined;
}

/** Servers were seen to lose the first or the last brace of a complete call. Nothing but brackets may be added. */
function repairBraces(text: string): ReadArguments | undefined {
  for (const candidate of text.startsWith('{') ? [text] : [`{${text}`, text]) {
    const nesting = new JsonNesting();
    nesting.readAll(candidate);
    const value = parseExactJson(candidate + nesting.missing());
    if (isObject(value)) return read(value, 'a brace was missing');
  }
  return undefined;
}

function parseProblem(text: string): string {
  if (isNestedTooDeeply(text)) return 'they are nested too deeply';
  try {
    JSON.parse(text);
    return 'unknown';
  } catch (error) {
    return error instanceof Error ? error.message : 'they are not JSON';
  }
}
