// Owns whether a place in the text of a call is inside a string, so that a closing mark there costs no further reading of the call.
// Whether the call is whole is left to its format.

import type { Piece } from './held-text.ts';

export interface OpenStrings {
  /** Takes the text that follows. */
  readonly add: (piece: Piece) => void;
  /** Whether the place is inside a string. Each place must be behind the last one. */
  readonly isOpenAt: (place: number) => boolean;
}

/** `quotes` delimit strings. A string with delimiters longer than one character has no escapes. */
export function createOpenStrings(quotes: readonly string[]): OpenStrings {
  const longest = Math.max(...quotes.map((quote) => quote.length));
  /** What was not examined yet: all of `text` from `at` on, where the place in the call is `examined`. */
  let text = '';
  let at = 0;
  let examined = 0;
  let later: string[] = [];
  let open = '';

  function skip(length: number): void {
    at += length;
    examined += length;
  }

  return {
    add(piece) {
      if (piece.from < piece.text.length) later.push(piece.text.slice(piece.from));
    },
    isOpenAt(place) {
      if (later.length > 0) {
        text = text.slice(at) + later.join('');
        at = 0;
        later = [];
      }
      while (examined < place) {
        const quote = quotes.find((mark) => (open === '' || mark === open) && text.startsWith(mark, at));
        if (quote !== undefined) open = open === '' ? quote : '';
        else if (open !== '' && longest === 1 && text.startsWith('\\', at)) skip(1);
        skip(quote?.length ?? 1);
      }
      return open !== '';
    },
  };
}
