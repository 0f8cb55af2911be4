// Owns finding the marks of formats in text, and how much of the text's end may still become a mark.

import type { CallFormat } from '../format/call-format.ts';

/** The format that the mark opens, or where the mark has no meaning: anywhere (`drop`) or after a call (`trail`). */
type MarkOwner = CallFormat | 'drop' | 'trail';

interface FoundMark {
  readonly at: number;
  readonly mark: string;
  readonly owner: MarkOwner;
}

export interface Marks {
  /** The first mark at or after `from`; if several begin at the same place, the longest. */
  readonly find: (text: string, from: number) => FoundMark | undefined;
  /** How many characters at the end of the text, not before `from`, may be the beginning of a mark. */
  readonly partAtEnd: (text: string, from: number) => number;
  /** Whether the text contains no mark and does not end in the beginning of one. */
  readonly hasNone: (text: string) => boolean;
}

const made = new WeakMap<readonly CallFormat[], Marks>();

/** The marks are made once per list of formats. A mark that two formats share belongs to the first. */
export function marksOf(formats: readonly CallFormat[]): Marks {
  const known = made.get(formats) ?? createMarks(formats);
  made.set(formats, known);
  return known;
}

function createMarks(formats: readonly CallFormat[]): Marks {
  const owners = new Map<string, MarkOwner>();
  const own = (mark: string, owner: MarkOwner): unknown => owners.has(mark) || owners.set(mark, owner);
  for (const format of formats) for (const mark of format.open) own(mark, format);
  for (const format of formats) for (const mark of format.unwrapped?.open ?? []) own(mark, format);
  for (const { drop = [] } of formats) for (const mark of drop) own(mark, 'drop');
  for (const { trail = [] } of formats) for (const mark of trail) own(mark, 'trail');
  for (const { unwrapped, close = [] } of formats)
    if (unwrapped !== undefined) for (const mark of close) own(mark, 'trail');
  const marks = [...owners.keys()].toSorted((one, other) => other.length - one.length);
  const longest = marks[0]?.length ?? 0;
  const firsts = new Set(marks.map((mark) => mark.charAt(0)));
  const any = markPattern(marks);
  const first = new RegExp(`[${[...firsts].map(escaped).join('')}]`);

  function partAtEnd(text: string, from: number): number {
    for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) {
      if (!firsts.has(text.charAt(at))) continue;
      const tail = text.slice(at);
      if (marks.some((mark) => mark.startsWith(tail))) return tail.length;
    }
    return 0;
  }

  return {
    find(text, from) {
      any.lastIndex = from;
      const found = any.exec(text);
      if (found === null) return undefined;
      const [mark] = found;
      return { at: found.index, mark, owner: owners.get(mark) ?? 'trail' };
    },
    partAtEnd,
    hasNone: (text) => firsts.size === 0 || !first.test(text),
  };
}

const patterns = new WeakMap<readonly string[], RegExp>();

/** Finds any of the marks from its `lastIndex` on; if one begins another, the first in the list. It is made once per list. */
export function markPattern(marks: readonly string[]): RegExp {
  const pattern = patterns.get(marks) ?? new RegExp(marks.map(escaped).join('|') || '(?!)', 'g');
  patterns.set(marks, pattern);
  return pattern;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
