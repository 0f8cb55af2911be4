// Owns reading calls written with one tag per argument, in the dialects of different models. Values written as text get their types
// from the tool's schema, which is left to the scanner.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';

export interface TagDialect {
  /** Matches one call, with the groups `name` and `body`. Has the flag `g`. */
  readonly call: RegExp;
  /**
   * Matches one argument in the body, with the groups `key` and `value`, and `text` or `json` where the dialect says which of the
   * two the value is. Has the flag `g`.
   */
  readonly argument: RegExp;
}

/** If an argument is repeated, the first one counts. Values are not unescaped, because templates do not escape them. */
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
    // Declared to be JSON, but it is not: the check of the arguments reports it to the model.
    return value;
  }
}

/** Templates put a value on its own lines; any further white space is part of the value. */
function trimOneLine(value: string): string {
  return value.replace(/^\r?\n/, '').replace(/\r?\n$/, '');
}

/** MiniMax M3: a mark precedes every tag, elements may be nested, and `<item>` elements form a list. */
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
