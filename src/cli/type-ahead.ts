// Owns what several lines that arrive at once are: typed ahead, or pasted. Telling keys apart is left to `key-reader.ts`.

import type { Key } from './key-reader.ts';

/** For an editor: text with at most one line end, its last character, or a text that was pasted, with line feeds. */
export type Entry = Extract<Key, { readonly type: 'typed' | 'pasted' }>;

/** A command, as the first word of a line. */
const COMMAND = /^\/[a-z]+(?:\s|$)/;

/**
 * Lines that were typed, each by itself. When `isPrompted`, a person typed none of them ahead: lines that came at once
 * were pasted in a terminal that does not mark what is pasted. Commands before them are still each by itself.
 */
export function entriesOfTyped(text: string, isPrompted: boolean): readonly Entry[] {
  const lines = text.match(/[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$/g) ?? [];
  const first = lines.findIndex((line) => !COMMAND.test(line));
  const isPasted = isPrompted && lines.length - first > 1 && first >= 0 && !hasEditingKeys(text);
  const typed = (isPasted ? lines.slice(0, first) : lines).map(
    (line): Entry => ({ type: 'typed', text: line.replace('\r\n', '\r') }),
  );
  return isPasted ? [...typed, ...entriesOfPaste(lines.slice(first).join(''), false)] : typed;
}

/** The line end at the end of a paste without marks is the Enter key; it belongs to a marked one. */
export function entriesOfPaste(text: string, isMarked: boolean): readonly Entry[] {
  const lines = text.replace(/\r\n?/g, '\n');
  if (isMarked || !lines.endsWith('\n')) return [{ type: 'pasted', text: lines, isMarked }];
  return [
    { type: 'pasted', text: lines.slice(0, -1), isMarked },
    { type: 'typed', text: '\r' },
  ];
}

/** Keys other than characters, Tab and Enter. */
function hasEditingKeys(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the keys
  return /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
}
