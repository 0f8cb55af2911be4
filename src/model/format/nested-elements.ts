// Owns reading elements within elements: `<filter><city>Paris</city></filter>`. Which call they are the arguments of is left to the reader
// of tags.

import type { JsonValue } from '../../core/json.ts';
import { withoutOuterLineEnds } from './line-ends.ts';

/** Deeper than any tool's arguments. */
const MAX_DEPTH = 32;

interface Tag {
  readonly key: string;
  readonly at: number;
  readonly end: number;
  /** The first closing tag with the same name after it. */
  readonly close: { readonly at: number; readonly end: number } | undefined;
}

/** `<item>` elements form a list. An element ends at the first closing tag of its name. */
export function readNested(text: string): JsonValue {
  const tags = openingTags(text);
  let next = 0;

  /** Every tag is examined once: reading an element moves behind all the tags in it. */
  function read(start: number, end: number, depth: number): JsonValue {
    const pairs: [string, JsonValue][] = [];
    for (let tag = tags[next]; tag !== undefined && tag.at < end; tag = tags[next]) {
      next++;
      const { close } = tag;
      if (depth > MAX_DEPTH || close === undefined || close.end > end) continue;
      pairs.push([tag.key, read(tag.end, close.at, depth + 1)]);
    }
    if (pairs.length === 0) return depth === 0 ? {} : withoutOuterLineEnds(text.slice(start, end));
    return pairs.every(([key]) => key === 'item') ? pairs.map(([, value]) => value) : Object.fromEntries(pairs);
  }

  return read(0, text.length, 0);
}

/** Read from the end, so that the first closing tag after each opening one is known. */
function openingTags(text: string): Tag[] {
  const closes = new Map<string, Tag['close']>();
  const tags: Tag[] = [];
  for (const { 0: whole, 1: slash, 2: key = '', index: at } of [...text.matchAll(/<(\/?)([\w.-]+)>/g)].toReversed()) {
    const end = at + whole.length;
    if (slash === '/') closes.set(key, { at, end });
    else tags.push({ key, at, end, close: closes.get(key) });
  }
  return tags.toReversed();
}
