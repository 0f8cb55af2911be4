// Owns reading calls written with one tag per argument, in the dialects of different models. Values written as text get their types
// from the tool's schema, which is left to the scanner.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';
import type { ElementSyntax, FoundElement } from './elements.ts';
import { elementsOf, isNothingBeside } from './elements.ts';
import { withoutOuterLineEnds } from './line-ends.ts';
import { readNested } from './nested-elements.ts';

export interface NamedBody {
  readonly name: string;
  readonly body: string;
}

export interface TagDialect {
  /** A call, whose head has the group `name`, or what finds the calls. */
  readonly call: ElementSyntax | ((body: string, isClosed: boolean) => readonly NamedBody[]);
  /** An argument in the body. Its head has the group `key`, and `text` or `json` where the dialect says which of the two the value is. */
  readonly argument: ElementSyntax;
  /** What may stand around a value and is no part of it. */
  readonly around?: readonly [before: string, after: string];
}

/** If an argument is repeated, the first one counts. Values are not unescaped, because templates do not escape them. */
export function taggedCalls({ call, argument, around = ['', ''] }: TagDialect): ReadCalls {
  return (body, isClosed) => {
    const calls = bodiesOf({ call, argument }, body, isClosed).map(({ name, body: inner }): WrittenCall => {
      const found = new Map<string, JsonValue>();
      let isUntyped = false;
      for (const pair of elementsOf(inner, argument)) {
        const key = plainName(pair.groups.key);
        if (found.has(key)) continue;
        if (pair.groups.text === undefined && pair.groups.json === undefined) isUntyped = true;
        found.set(key, typed(pair, around));
      }
      return { name: plainName(name), arguments: Object.fromEntries(found), isUntyped };
    });
    return calls.length === 0 ? undefined : calls;
  };
}

/** A call with text beside its arguments is a mention of the marks, or has an argument that was not understood: it does not run without. */
function bodiesOf({ call, argument }: TagDialect, body: string, isClosed: boolean): readonly NamedBody[] {
  const found = typeof call === 'function' ? call(body, isClosed) : namedElements(call, body, isClosed);
  return found.filter(({ body: inner }) => isNothingBeside(inner, elementsOf(inner, argument)));
}

function namedElements(call: ElementSyntax, body: string, isClosed: boolean): readonly NamedBody[] {
  // At the end of an answer, a call that lacks its end may lack arguments too.
  const syntax = isClosed ? call : { ...call, mayLackClose: false };
  return elementsOf(body, syntax).map(({ groups, inner }) => ({ name: groups.name ?? '', body: inner }));
}

/** A name, or the value of an attribute, with its quotes or without. */
function plainName(text = ''): string {
  const name = text.trim();
  const quote = name.charAt(0);
  if (quote !== '"' && quote !== "'") return name;
  const end = name.indexOf(quote, 1);
  return end < 0 ? name : name.slice(1, end).trim();
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

export const INVOKE: ElementSyntax = {
  head: /<invoke\s+name\s*=(?<name>[^<>]+)>/g,
  close: /<\s*\/\s*invoke\s*>/g,
  mayLackClose: true,
};

/** MiniMax M3: a mark precedes every tag, elements may be nested, and `<item>` elements form a list. */
export function nestedCalls(mark: string): ReadCalls {
  return (body) => {
    const calls = elementsOf(body.replaceAll(mark, ''), { ...INVOKE, mayLackClose: false }).map(
      ({ groups, inner }): WrittenCall => {
        const args = readNested(inner);
        // It is read as strings, lists and objects.
        return { name: plainName(groups.name), arguments: isObject(args) ? (args as JsonObject) : {}, isUntyped: true };
      },
    );
    return calls.length === 0 ? undefined : calls;
  };
}
