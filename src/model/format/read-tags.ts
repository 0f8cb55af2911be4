// Owns calls written with a tag for each argument, in the dialects that models have. Values that are written as text get
// their types from the tool's schema, which is left to the scanner.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';

export interface TagDialect {
  /** One call: the groups `name` and `body`. Global. */
  readonly call: RegExp;
  /**
   * One argument in the body: the groups `key` and `value`; `text` and `json` where the dialect says which of the two the value
   * is. Global.
   */
  readonly argument: RegExp;
}

/** The first of a repeated argument counts. Values are not unescaped: templates write them as they are. */
export function taggedCalls({ call, argument }: TagDialect): ReadCalls {
  return (body) => {
    const calls = [...body.matchAll(call)].map(({ groups }): WrittenCall => {
      const found = new Map<string, JsonValue>();
      let isUntyped = false;
      for (const { groups: pair } of (groups?.body ?? '').matchAll(argument)) {
        const key = pair?.key?.trim() ?? '';
        if (found.has(key)) continue;
        if (pair?.text === undefined && pair?.json === undefined) isUntyped = true;
        found.set(key, typed(pair));
      }
      return { name: groups?.name?.trim() ?? '', arguments: Object.fromEntries(found), isUntyped };
    });
    return calls.length === 0 ? undefined : calls;
  };
}

function typed(pair: Record<string, string | undefined> | undefined): JsonValue {
  const value = pair?.value ?? '';
  if (pair?.json === undefined) return trimOneLine(value);
  try {
    return JSON.parse(value);
  } catch {
    // Said to be JSON and is not: the check of the arguments will tell the model.
    return value;
  }
}

/** Templates put a value on lines of its own; more white space than that belongs to it. */
function trimOneLine(value: string): string {
  return value.replace(/^\r?\n/, '').replace(/\r?\n$/, '');
}

/** MiniMax M3: every tag has a mark before it, elements may be nested, and `<item>` makes a list. */
export function nestedCalls(mark: string): ReadCalls {
  return (body) => {
    const plain = body.replaceAll(mark, '');
    const calls = [...plain.matchAll(/<invoke name="(?<name>[^"]+)">(?<body>[\s\S]*?)<\/invoke>/g)];
    if (calls.length === 0) return undefined;
    return calls.map(({ groups }) => {
      const inner = elements(groups?.body ?? '', 0);
      const args = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as JsonObject) : {};
      return { name: groups?.name ?? '', arguments: args, isUntyped: true };
    });
  };
}

/** Deeper than any tool's arguments. */
const MAX_DEPTH = 32;

function elements(text: string, depth: number): JsonValue {
  const found = depth > MAX_DEPTH ? [] : [...text.matchAll(/<(?<key>[\w.-]+)>(?<value>[\s\S]*?)<\/\k<key>>/g)];
  const pairs = found.map(({ groups }) => [groups?.key ?? '', elements(groups?.value ?? '', depth + 1)] as const);
  if (pairs.length === 0) return depth === 0 ? {} : trimOneLine(text);
  return pairs.every(([key]) => key === 'item') ? pairs.map(([, value]) => value) : Object.fromEntries(pairs);
}
