// Owns reading calls written with one tag per argument, in the dialects of different models. What the text of a value means by the tool's
// schema is left to `text-value.ts`.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';
import type { ElementSyntax } from './elements.ts';
import { elementsOf, isNothingBeside } from './elements.ts';
import { withoutOuterLineEnds } from './line-ends.ts';
import { objectOfElements, readElements } from './nested-elements.ts';
import type { ParameterPlace } from './text-value.ts';
import { parameterOf, readDeclaredJson, readDeclaredText, readTextValue } from './text-value.ts';

export interface NamedBody {
  readonly name: string;
  readonly body: string;
}

export interface TagDialect extends ValueDialect {
  /** A call, whose head has the group `name`, or what finds the calls. */
  readonly call: ElementSyntax | ((body: string, isClosed: boolean) => readonly NamedBody[]);
  /** An argument in the body. Its head has the group `key`, and `text` or `json` where the dialect says which of the two the value is. */
  readonly argument: ElementSyntax;
  /** Whether a call that gives an argument twice is no call. Elsewhere the last one counts, as in vLLM. */
  readonly takesEachOnce?: boolean;
}

/** What the text of a value is. */
interface ValueDialect {
  /** What may stand around a value and is no part of it. */
  readonly around?: readonly [before: string, after: string];
  /** What templates put between the tags and the value. By default nothing: line ends and white space belong to the value. */
  readonly layout?: 'line ends' | 'space';
  /** Whether a value whose type the schema does not name is read as JSON, if it is JSON. */
  readonly isJsonByDefault?: boolean;
}

/**
 * Values are not unescaped, because templates do not escape them. Their types come from the tool's schema, unless the text declares
 * them.
 */
export function taggedCalls({ call, argument, takesEachOnce = false, ...dialect }: TagDialect): ReadCalls {
  return (body, isClosed) => {
    const calls = bodiesOf({ call, argument }, body, isClosed).flatMap(
      ({ name, body: inner }): readonly WrittenCall[] => {
        const found = new Map<string, TaggedValue>();
        for (const { groups, inner: text } of elementsOf(inner, argument)) {
          const declared = groups.text !== undefined ? 'text' : groups.json !== undefined ? 'json' : undefined;
          const key = plainName(groups.key);
          if (takesEachOnce && found.has(key)) return [];
          found.set(key, { text: valueText(text, dialect), declared });
        }
        const texts = Object.fromEntries([...found].map(([key, { text }]) => [key, text]));
        const typedBy = (schema: JsonObject): JsonObject =>
          Object.fromEntries(
            [...found].map(([key, value]) => [key, typed(value, parameterOf(schema, key, schema), dialect)]),
          );
        return [{ name: plainName(name), arguments: texts, typedBy }];
      },
    );
    return calls.length === 0 ? undefined : calls;
  };
}

interface TaggedValue {
  readonly text: string;
  readonly declared: 'text' | 'json' | undefined;
}

/** A call with text beside its arguments is a mention of the marks, or has an argument that was not understood: it does not run without. */
function bodiesOf(
  { call, argument }: Pick<TagDialect, 'call' | 'argument'>,
  body: string,
  isClosed: boolean,
): readonly NamedBody[] {
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

function valueText(text: string, { around = ['', ''], layout }: ValueDialect): string {
  const [before, after] = around;
  const start = text.startsWith(before) ? before.length : 0;
  const hasAfter = text.endsWith(after) && text.length - after.length >= start;
  const value = text.slice(start, hasAfter ? text.length - after.length : text.length);
  if (layout === 'line ends') return withoutOuterLineEnds(value);
  return layout === 'space' ? value.trim() : value;
}

function typed({ text, declared }: TaggedValue, place: ParameterPlace, { isJsonByDefault }: ValueDialect): JsonValue {
  if (declared === 'text') return readDeclaredText(text, place);
  return declared === 'json' ? readDeclaredJson(text, place) : readTextValue(text, place, isJsonByDefault);
}

export const INVOKE: ElementSyntax = {
  head: /<invoke\s+name\s*=(?<name>[^<>]+)>/g,
  close: /<\s*\/\s*invoke\s*>/g,
  mayLackClose: true,
};

/** A call, whose head has the group `name`; `tag` finds the tags of the elements in it, as `readElements` takes it. */
export interface NestedDialect {
  readonly call: ElementSyntax;
  readonly tag: RegExp;
}

/** MiniMax M3: elements may be nested. */
export function nestedCalls({ call, tag }: NestedDialect): ReadCalls {
  return (body) => {
    const calls = elementsOf(body, call).map(({ groups, inner }): WrittenCall => {
      const elements = readElements(inner, tag);
      const typedBy = (schema: JsonObject): JsonObject => objectOfElements(elements, schema, schema);
      return { name: plainName(groups.name), arguments: typedBy({}), typedBy };
    });
    return calls.length === 0 ? undefined : calls;
  };
}
