// Owns reading calls written as JSON: one object, a list, or several in a row. Finding where the text begins and ends is left to the scanner.

import type { JsonObject } from '../../core/json.ts';
import { isObject, parseJson } from '../../core/json.ts';
import { readArguments } from '../../schema/read-arguments.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';

/** `{"name": …, "arguments": {…}}` or a list of such objects, with any of the keys that models use for the two. */
export const readJsonCalls: ReadCalls = (body) => {
  const text = withoutFence(body.trim());
  const whole = parseJson(text);
  if (Array.isArray(whole)) return every(whole.map(callOf));
  if (whole !== undefined) return every([callOf(whole)]);
  const several = readSeveral(text);
  if (several !== undefined) return several;
  const read = readArguments(text, false);
  if (read.type === 'cut') return 'open';
  return read.type === 'read' && !text.startsWith('[') ? every([callOf(read.value)]) : undefined;
};

/** `[{"get_weather": {"city": "Paris"}}]`: each object has one key, which is the tool. */
export const readKeyedCalls: ReadCalls = (body) => {
  const list = parseJson(body.trim());
  if (!Array.isArray(list)) return undefined;
  return every(
    list.map((entry) => {
      const [only, ...more] = isObject(entry) ? Object.entries(entry) : [];
      if (only === undefined || more.length > 0 || !isObject(only[1])) return undefined;
      return { name: only[0], arguments: only[1] as JsonObject }; // it comes from JSON.parse
    }),
  );
};

/** `name{…}`, possibly with marks in between: the arguments come last and are JSON. */
export function namedJson(lead: RegExp): ReadCalls {
  return (body) => {
    const groups = lead.exec(body);
    const name = groups?.groups?.name;
    if (groups === null || name === undefined) return undefined;
    const read = readArguments(body.slice(groups[0].length), false);
    if (read.type === 'cut') return 'open';
    const id = groups.groups?.id;
    return read.type === 'read' ? [{ name, arguments: read.value, ...(id !== undefined && { id }) }] : undefined;
  };
}

/** Several named calls, each with its own end mark. */
export function severalNamedJson(call: RegExp): ReadCalls {
  return (body) => {
    const calls = [...body.matchAll(call)].map(({ groups }): WrittenCall | undefined => {
      const read = readArguments(groups?.arguments ?? '', false);
      if (groups?.name === undefined || read.type !== 'read') return undefined;
      return { name: groups.name, arguments: read.value, ...(groups.id !== undefined && { id: groups.id }) };
    });
    return every(calls);
  };
}

function callOf(value: unknown): WrittenCall | undefined {
  if (!isObject(value)) return undefined;
  const inner = isObject(value.function) ? value.function : value;
  const name = inner.name ?? inner.tool_name ?? inner.function;
  const given = inner.arguments ?? inner.parameters ?? {};
  if (typeof name !== 'string') return undefined;
  const args = typeof given === 'string' ? parseJson(given) : given;
  return isObject(args) ? { name, arguments: args as JsonObject } : undefined; // it comes from JSON.parse
}

/** One object per line, or objects separated by `;`. */
function readSeveral(text: string): readonly WrittenCall[] | undefined {
  const parts = text.split(/\s*[;\n]\s*(?=\{)/);
  return parts.length < 2 ? undefined : every(parts.map((part) => callOf(parseJson(part.trim()))));
}

/** All or nothing: if one entry is not a call, none is. */
function every(calls: readonly (WrittenCall | undefined)[]): readonly WrittenCall[] | undefined {
  const found = calls.filter((call) => call !== undefined);
  return found.length === calls.length && found.length > 0 ? found : undefined;
}

function withoutFence(text: string): string {
  return /^```(?:json)?\s*([\s\S]*?)\s*```$/.exec(text)?.[1] ?? text;
}
