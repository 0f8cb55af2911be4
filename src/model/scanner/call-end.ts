// Owns finding the end of a call in growing text: at a closing mark, or where its brackets close. Each character is examined once,
// however many pieces the text comes in.

import type { CallFormat, FindPayload } from '../format/call-format.ts';

/** Where the body ends, and where the text after the call begins. */
interface CallEnd {
  readonly bodyEnd: number;
  readonly next: number;
}

/** `none`: there is no call here, whatever text follows. */
export type FindEnd = (text: string) => CallEnd | 'more' | 'none';

/** Searches the text after the opening mark. Each time it must be given the same text, extended. */
export function createFindEnd({ close, findPayload = payloadAtOnce }: CallFormat): FindEnd {
  return close === undefined ? createBracketEnd(findPayload) : createMarkEnd(close);
}

/** Called again after it has found an end, it finds the next one: the first was part of a string. */
function createMarkEnd(marks: readonly string[]): FindEnd {
  const longest = Math.max(...marks.map((mark) => mark.length));
  let searched = 0;
  return (text) => {
    const [first] = marks
      .map((mark) => ({ mark, at: text.indexOf(mark, searched) }))
      .filter(({ at }) => at >= 0)
      .toSorted((one, other) => one.at - other.at);
    if (first === undefined) {
      searched = Math.max(searched, text.length - longest + 1);
      return 'more';
    }
    searched = first.at + first.mark.length;
    return { bodyEnd: first.at, next: searched };
  };
}

/** If more text than this precedes the brackets, there is no call. */
const MAX_LEAD_CHARS = 400;

function createBracketEnd(findPayload: NonNullable<CallFormat['findPayload']>): FindEnd {
  let at: number | undefined;
  let depth = 0;
  let quote = '';
  return (text) => {
    if (at === undefined) {
      const found = findPayload(text);
      if (found === undefined || (found === 'more' && text.length > MAX_LEAD_CHARS)) return 'none';
      if (found === 'more') return 'more';
      at = found;
    }
    for (; at < text.length; at++) {
      const character = text.charAt(at);
      if (quote !== '') {
        if (character === '\\') {
          // The escaped character may be in the next piece.
          if (at + 1 >= text.length) return 'more';
          at++;
        } else if (character === quote) quote = '';
      } else if (character === '"' || character === "'") quote = character;
      else if ('{[('.includes(character)) depth++;
      else if ('}])'.includes(character) && --depth === 0) return { bodyEnd: at + 1, next: at + 1 };
    }
    return 'more';
  };
}

/** White space, then a bracket, and nothing else before it. */
export const payloadAtOnce: FindPayload = (text) => {
  const rest = text.trimStart();
  if (rest === '') return 'more';
  return rest.startsWith('{') || rest.startsWith('[') ? text.length - rest.length : undefined;
};
