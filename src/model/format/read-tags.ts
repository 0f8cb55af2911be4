// Owns reading calls written with one tag per argument, in the dialects of different models. Values written as text get their types
// from the tool's schema, which is left to the scanner.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';
import type { ElementSyntax, FoundElement } from './elements.ts';
import { elementsOf } from './elements.ts';
import { withoutOuterLineEnds } from './line-ends.ts';
import { readNested } from './nested-elements.ts';

export interface NamedBody {
  readonly name: string;
  readonly body: string;
}

export interface TagDialect {
  /** A call, whose head has the group `name`, or what finds the calls. */
  readonly call: ElementSyntax | ((body: string) => readonly NamedBody[]);
  /** An argument in the body. Its head has the group `key`, and `text` or `json` where the dialect says which of the two the value is. */
  readonly argument: ElementSyntax;
  /** What may stand around a value and is no part of it. */
  readonly around?: readonly [before: string, after: string];
}

/** If an argument is repeated, the first one counts. Values are not unescaped, because templates do not escape them. */
export function taggedCalls({ call, argument, around = ['', ''] }: TagDialect): ReadCalls {
  return (body) => {
    const calls = bodiesOf(call, body).map(({ name, body: inner }): WrittenCall => {
      const found = new Map<string, JsonValue>();
      let isUntyped = false;
      for (const pair of elementsOf(inner, argument)) {
        const key = pair.groups.key?.trim() ?? '';
        if (found.has(key)) continue;
        if (pair.groups.text === undefined && pair.groups.json === undefined) isUntyped = true;
        found.set(key, typed(pair, around));
      }
      return { name: name.trim(), arguments: Object.fromEntries(found), isUntyped };
    });
    return calls.length === 0 ? undefined : calls;
  };
}

function bodiesOf(call: TagDialect['call'], body: string): readonly NamedBody[] {
  if (typeof call === 'function') return call(body);
  return elementsOf(body, call).map(({ groups, inner }) => ({ name: groups.name ?? '', body: inner }));
}

function typed({ groups, inner }: FoundElement, [before, after]: readonly [string, string]): JsonValue {
  if (groups.json === undefined) {
    const start = inner.startsWith(before) ? before.length : 0;
    const hasAfter = inner.endsWith(after) && inner.length - after.length >= start;
    return withoutOuterLineEnds(inner.slice(start, hasAfter ? inner.length - after.length : inner.length));
  }
  try {
    return JSON.parse(inner);
  } catch {
    // Declared to be JSON, but it is not: the check of the arguments reports it to the model.
    return inner;
  }
}

export const INVOKE: ElementSyntax = { head: /<invoke name="(?<name>[^"]+)">/g, close: '</invoke>' };

/** MiniMax M3: a mark precedes every tag, elements may be nested, and `<item>` elements form a list. */
export function nestedCalls(mark: string): ReadCalls {
  return (body) => {
    const calls = elementsOf(body.replaceAll(mark, ''), INVOKE).map(({ groups, inner }): WrittenCall => {
      const args = readNested(inner);
      // It is read as strings, lists and objects.
      return { name: groups.name ?? '', arguments: isObject(args) ? (args as JsonObject) : {}, isUntyped: true };
    });
    return calls.length === 0 ? undefined : calls;
  };
}
