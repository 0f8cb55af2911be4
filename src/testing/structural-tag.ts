// Owns checking the structure of a structural tag as vLLM does. The grammars and schemas in it are not checked.

import { isObject } from '../core/json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A tag that is nested more deeply is refused. */
const MAX_DEPTH = 32;

/** Whether a `response_format` of type `structural_tag` has a valid `format`, or the older `structures` with `triggers`. */
export function isStructuralTag(value: Fields): boolean {
  if (isObject(value.format)) return isFormat(value.format, 0);
  const { structures, triggers } = value;
  return isTexts(triggers) && Array.isArray(structures) && structures.every(isStructure);
}

function isStructure(value: unknown): boolean {
  return isObject(value) && typeof value.begin === 'string' && typeof value.end === 'string' && isObject(value.schema);
}

function isFormat(value: unknown, depth: number): boolean {
  if (!isObject(value) || depth > MAX_DEPTH) return false;
  const isInner = (inner: unknown): boolean => isFormat(inner, depth + 1);
  switch (value.type) {
    case 'tag':
      return isTag(value, isInner);
    case 'triggered_tags':
      return isTexts(value.triggers) && isTriggered(value.tags, value.triggers, isInner);
    case 'tags_with_separator':
      return typeof value.separator === 'string' && isList(value.tags, (entry) => isTag(entry, isInner));
    case 'sequence':
    case 'or':
      return isList(value.elements, isInner);
    case 'json_schema':
      return 'json_schema' in value;
    case 'const_string':
      return typeof value.value === 'string';
    case 'regex':
      return typeof value.pattern === 'string';
    case 'grammar':
      return typeof value.grammar === 'string';
    default:
      return OTHERS.has(String(value.type));
  }
}

/** Rarely used formats, which are accepted without a check of their fields. */
const OTHERS = new Set([
  'any_text',
  'any_tokens',
  'qwen_xml_parameter',
  'optional',
  'plus',
  'star',
  'repeat',
  'dispatch',
  'token',
  'exclude_token',
  'token_dispatch',
  'token_triggered_tags',
]);

/** In a list of tags the `type` is optional. */
function isTag(value: unknown, isInner: (inner: unknown) => boolean): boolean {
  if (!isObject(value) || (value.type !== undefined && value.type !== 'tag')) return false;
  return isBegin(value.begin) && 'end' in value && isInner(value.content);
}

function isBegin(value: unknown): boolean {
  return typeof value === 'string' || isObject(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string');
}

function isList(value: unknown, isInner: (inner: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isInner);
}

/** Every tag must begin with a trigger: no other text could start it. */
function isTriggered(tags: unknown, triggers: readonly string[], isInner: (inner: unknown) => boolean): boolean {
  if (!isList(tags, (entry) => isTag(entry, isInner))) return false;
  return tags.every((tag: unknown) => {
    const begin = isObject(tag) ? tag.begin : undefined;
    return typeof begin !== 'string' || triggers.some((trigger) => begin.startsWith(trigger));
  });
}
