// Owns finding the end of a call in growing text: at a closing mark, or where its brackets close. Each character is examined once,
// however many pieces the text comes in.

import type { CallFormat, FindPayload } from '../format/call-format.ts';
import type { Piece } from './held-text.ts';
import { markPattern } from './marks.ts';

/** Where the body ends, and where the text after the call begins. Both count from the opening mark. */
interface CallEnd {
  readonly bodyEnd: number;
  readonly next: number;
}

/** `none`: there is no call here, whatever text follows. */
export type FindEnd = (piece: Piece) => CallEnd | 'more' | 'none';

/**
 * Searches the text after the opening mark, which it is given piece by piece. Called again after it has found an end, it finds the next
 * one: the first was part of a string.
 */
export function createFindEnd(
  close: CallFormat['close'],
  { findPayload = payloadAtOnce, closeEnd }: Pick<CallFormat, 'findPayload' | 'closeEnd'>,
): FindEnd {
  return close === undefined ? createBracketEnd(findPayload) : createMarkEnd(close, closeEnd);
}

/** No mark is longer. */
const MAX_MARK_CHARS = 100;

function createMarkEnd(marks: readonly string[], closeEnd?: string): FindEnd {
  const pattern = markPattern(marks);
  const longest = Math.max(...marks.map((mark) => mark.length));
  /** How many characters precede `text`. */
  let before = 0;
  let text = '';
  let at = 0;

  return (piece) => {
    const rest = piece.text.length - piece.from;
    if (rest > 0 && at < text.length) {
      // What was not searched is at most the beginning of a mark, unless the call goes on after an end.
      before += at;
      text = text.slice(at) + piece.text.slice(piece.from);
      at = 0;
    } else if (rest > 0) {
      before += text.length - piece.from;
      text = piece.text;
      at = piece.from;
    }
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) {
      at = Math.max(at, text.length - longest + 1);
      return 'more';
    }
    const markEnd = found.index + found[0].length;
    const toEnd = lengthToEnd(text.slice(markEnd, markEnd + MAX_MARK_CHARS), found[0], closeEnd);
    if (toEnd === 'more') {
      at = found.index;
      return 'more';
    }
    at = markEnd + toEnd;
    return { bodyEnd: before + found.index, next: before + at };
  };
}

/** How much of what follows belongs to a mark that was found. */
function lengthToEnd(following: string, mark: string, end: string | undefined): number | 'more' {
  if (end === undefined || mark.endsWith(end)) return 0;
  const at = following.indexOf(end);
  if (at >= 0) return at + end.length;
  return following.length < MAX_MARK_CHARS ? 'more' : 0;
}

/** If more text than this precedes the brackets, there is no call. */
const MAX_LEAD_CHARS = 400;

function createBracketEnd(findPayload: FindPayload): FindEnd {
  /** What precedes the brackets, until they begin. */
  let lead: string | undefined = '';
  let depth = 0;
  let quote = 0;
  let isEscaped = false;
  /** How many characters precede `text`, which is examined up to `at`. */
  let before = 0;
  let text = '';
  let at = 0;

  /** Moves `at` behind the bracket that closes the first one, or to the end of the text. */
  function isClosed(): boolean {
    while (at < text.length) {
      const code = text.charCodeAt(at++);
      if (isEscaped) isEscaped = false;
      else if (quote !== 0) {
        if (code === BACKSLASH) isEscaped = true;
        else if (code === quote) quote = 0;
      } else if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) quote = code;
      else if (OPENING.has(code)) depth++;
      else if (CLOSING.has(code) && --depth === 0) return true;
    }
    return false;
  }

  return (piece) => {
    if (piece.from < piece.text.length) {
      before += text.length - piece.from;
      ({ text, from: at } = piece);
    }
    if (lead !== undefined) {
      lead += text.slice(at, at + MAX_LEAD_CHARS + 1 - lead.length);
      const found = findPayload(lead);
      if (found === undefined || (found === 'more' && lead.length > MAX_LEAD_CHARS)) return 'none';
      if (found === 'more') {
        at = text.length;
        return 'more';
      }
      lead = undefined;
      at = found - before;
    }
    if (!isClosed()) return 'more';
    return { bodyEnd: before + at, next: before + at };
  };
}

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const OPENING = new Set(Array.from('{[(', (bracket) => bracket.charCodeAt(0)));
const CLOSING = new Set(Array.from('}])', (bracket) => bracket.charCodeAt(0)));

/** White space, then a bracket, and nothing else before it. */
export const payloadAtOnce: FindPayload = (text) => {
  const rest = text.trimStart();
  if (rest === '') return 'more';
  return rest.startsWith('{') || rest.startsWith('[') ? text.length - rest.length : undefined;
};
