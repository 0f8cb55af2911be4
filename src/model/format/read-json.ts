// Owns reading calls written as JSON: one object, a list, or several in a row. Finding where the text begins and ends is left to the scanner.

import { parseExactJson } from '../../core/exact-json.ts';
import type { JsonObject } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import { JsonNesting } from '../../core/json-nesting.ts';
import type { ReadArguments } from '../../schema/read-arguments.ts';
import { readArguments } from '../../schema/read-arguments.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';
import type { ElementSyntax } from './elements.ts';
import { elementsOf } from './elements.ts';
import { withoutPartOf } from './part-of-mark.ts';

/** `{"name": …, "arguments": {…}}` or a list of such objects, with any of the keys that models use for the two. */
export const readJsonCalls: ReadCalls = (body, isClosed) => {
  const text = withoutFence(body.trim());
  const whole = parseExactJson(text);
  if (Array.isArray(whole)) return every(whole.map(callOf));
  if (whole !== undefined) return every([callOf(whole)]);
  const several = readSeveral(text);
  if (several !== undefined) return several;
  // A list is not repaired, nor a call that the answer ends in.
  if (!isClosed || text.startsWith('[')) return endsInString(text) ? 'open' : undefined;
  const read = readArguments(text, false);
  if (read.type === 'cut') return 'open';
  return read.type === 'read' ? every([callOf(read.value)]) : undefined;
};

function endsInString(text: string): boolean {
  const nesting = new JsonNesting();
  nesting.readAll(text);
  return nesting.isInString;
}

/** `[{"get_weather": {"city": "Paris"}}]`: each object has one key, which is the tool. */
export const readKeyedCalls: ReadCalls = (body) => {
  const list = parseExactJson(body.trim());
  if (!Array.isArray(list)) return undefined;
  return every(
    list.map((entry) => {
      const [only, ...more] = isObject(entry) ? Object.entries(entry) : [];
      if (only === undefined || more.length > 0 || !isObject(only[1])) return undefined;
      return { name: only[0], arguments: only[1] as JsonObject }; // it comes from JSON.parse
    }),
  );
};

/** What precedes the arguments. */
export interface NamedLead {
  readonly name: string;
  readonly id?: string | undefined;
  readonly length: number;
}

/** `name{…}`, possibly with marks in between: the arguments come last and are JSON. */
export function namedJson(leadOf: (body: string) => NamedLead | undefined): ReadCalls {
  return (body, isClosed) => {
    const lead = leadOf(body);
    if (lead === undefined) return undefined;
    const { name, id } = lead;
    const given = body.slice(lead.length);
    const read = isClosed ? readArguments(given, false) : readWhole(given);
    if (read.type === 'cut') return 'open';
    return read.type === 'read' ? [{ name, arguments: read.value, ...(id !== undefined && { id }) }] : undefined;
  };
}

/** Several named calls, each with its own end mark, and perhaps `after` between the arguments and it. The last may lack its end mark. */
export function severalNamedJson(call: ElementSyntax & { readonly close: string }, after = ''): ReadCalls {
  return (body, isClosed) => {
    const found = elementsOf(body, { ...call, mayLackClose: true });
    const calls = found.map(({ groups, inner }, at): WrittenCall | undefined => {
      const text = inner.trimEnd();
      const given = text.endsWith(after) ? text.slice(0, text.length - after.length) : text;
      const isWhole = isClosed || at < found.length - 1 || body.trimEnd().endsWith(call.close);
      const read = isWhole ? readArguments(given, false) : readWhole(withoutPartOf([call.close], given));
      if (groups.name === undefined || read.type !== 'read') return undefined;
      return { name: groups.name.trim(), arguments: read.value, ...(groups.id !== undefined && { id: groups.id }) };
    });
    // The answer may end in the middle of the last call: the others were made.
    return every(isClosed || calls.length < 2 || calls.at(-1) !== undefined ? calls : calls.slice(0, -1));
  };
}

/** Arguments at the end of an answer: whole as they stand, or cut. */
function readWhole(text: string): ReadArguments {
  return readArguments(text, true);
}

function callOf(value: unknown): WrittenCall | undefined {
  if (!isObject(value)) return undefined;
  const inner = isObject(value.function) ? value.function : value;
  const name = inner.name ?? inner.tool_name ?? inner.function;
  const given = inner.arguments ?? inner.parameters ?? inner.args ?? {};
  if (typeof name !== 'string') return undefined;
  const args = typeof given === 'string' ? parseExactJson(given) : given;
  return isObject(args) ? { name, arguments: args as JsonObject } : undefined; // it comes from JSON.parse
}

/** One object per line, or objects separated by `;`. */
function readSeveral(text: string): readonly WrittenCall[] | undefined {
  const parts: string[] = [];
  let start = 0;
  /** Where the separator is, if only white space came after it. */
  let separator: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === ';') separator = at;
    else if (character === '\n') separator ??= at;
    else if (character === '{' && separator !== undefined) {
      parts.push(text.slice(start, separator));
      start = separator + 1;
      separator = undefined;
    } else if (separator !== undefined && character.trim() !== '') separator = undefined;
  }
  if (parts.length === 0) return undefined;
  return every([...parts, text.slice(start)].map((part) => callOf(parseExactJson(part.trim()))));
}

/** All or nothing: if one entry is not a call, none is. */
function every(calls: readonly (WrittenCall | undefined)[]): readonly WrittenCall[] | undefined {
  const found = calls.filter((call) => call !== undefined);
  return found.length === calls.length && found.length > 0 ? found : undefined;
}

const FENCE = '```';

function withoutFence(text: string): string {
  const start = text.startsWith(`${FENCE}json`) ? FENCE.length + 'json'.length : FENCE.length;
  const isFenced = text.startsWith(FENCE) && text.endsWith(FENCE) && text.length >= start + FENCE.length;
  return isFenced ? text.slice(start, -FENCE.length).trim() : text;
}
