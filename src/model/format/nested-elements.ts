// Owns elements within elements, `<filter><city>Paris</city></filter>`, as arguments: finding them, and the values that a tool's schema
// gives them. Which call they are the arguments of is left to the reader of tags.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import { alternativesOf, typesOf } from '../../schema/schema-types.ts';
import type { ParameterPlace } from './text-value.ts';
import { parameterOf, readTextValue } from './text-value.ts';

/** A name, and the text or the elements in it. */
export type NestedElement = readonly [name: string, inner: string | readonly NestedElement[]];

/** Deeper than any tool's arguments. */
const MAX_DEPTH = 32;

/** Under which name text beside elements is kept, as in vLLM. */
const MIXED_TEXT = '$text';

/**
 * Reads elements up to the first that is broken: not closed, closed by another name, nested too deeply, or with text before it. `tag`
 * finds the tags, with the groups `slash` (empty in an opening tag) and `name`.
 */
export function readElements(text: string, tag: RegExp): readonly NestedElement[] {
  const top: NestedElement[] = [];
  const open: { name: string; text: string; children: NestedElement[] }[] = [];
  let at = 0;
  for (const { 0: whole, groups = {}, index } of text.matchAll(tag)) {
    const { slash = '', name = '' } = groups;
    const before = text.slice(at, index);
    at = index + whole.length;
    const inside = open.at(-1);
    if (inside !== undefined) inside.text += before;
    else if (before.trim() !== '') return top;
    if (slash === '') {
      if (open.push({ name, text: '', children: [] }) > MAX_DEPTH) return top;
      continue;
    }
    if (inside === undefined || inside.name !== name) return top;
    open.pop();
    const { children } = inside;
    if (children.length > 0 && inside.text.trim() !== '') children.push([MIXED_TEXT, inside.text]);
    (open.at(-1)?.children ?? top).push([name, children.length === 0 ? inside.text : children]);
  }
  return top;
}

/** The elements as an object of this schema. Those that have the same name are a list. */
export function objectOfElements(elements: readonly NestedElement[], schema: JsonObject, root: JsonObject): JsonObject {
  const found = new Map<string, JsonValue[]>();
  for (const [name, inner] of elements) {
    const value = valueOfElement(inner, parameterOf(schema, name, root));
    const known = found.get(name);
    if (known === undefined) found.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries(
    [...found].map(([name, values]): [string, JsonValue] => {
      const [only] = values;
      return [name, only === undefined || values.length > 1 ? values : only];
    }),
  );
}

function valueOfElement(inner: NestedElement[1], place: ParameterPlace): JsonValue {
  const container = containerOf(place);
  if (typeof inner === 'string') {
    // Templates write an empty list and an empty object as an empty element.
    if (container === undefined || container.takesText || inner.trim() !== '') return readTextValue(inner, place);
    return container.kind === 'array' ? [] : {};
  }
  if (container?.kind === 'array') {
    const items = parameterOf({ additionalProperties: container.schema.items ?? true }, '', place.root);
    return inner.map(([, value]) => valueOfElement(value, items));
  }
  // Without a schema the template's own name for the entries of a list decides.
  if (container === undefined && inner.every(([name]) => name === 'item')) {
    return inner.map(([, value]) => valueOfElement(value, { ...place, schema: undefined }));
  }
  return objectOfElements(inner, container?.schema ?? {}, place.root);
}

interface Container {
  readonly kind: 'array' | 'object';
  readonly schema: JsonObject;
  readonly takesText: boolean;
}

/** The first list or object that a schema allows. */
function containerOf({ schema, root }: ParameterPlace): Container | undefined {
  if (schema === undefined) return undefined;
  const takesText = typesOf({ schema, root }).has('string');
  for (const one of alternativesOf({ schema, root })) {
    const types = typesOf({ schema: one, root });
    if (types.has('array') || (types.size === 0 && one.items !== undefined)) {
      return { kind: 'array', schema: one, takesText };
    }
    const hasProperties = one.properties !== undefined || one.additionalProperties !== undefined;
    if (types.has('object') || (types.size === 0 && hasProperties)) return { kind: 'object', schema: one, takesText };
  }
  return undefined;
}
