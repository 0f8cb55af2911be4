// Owns whether a place in a text is quoted: in a code fence, in inline code, in a quoted line, right after a quotation mark.

export interface Quotation {
  readonly advance: (text: string) => void;
  /** Whether what comes next would be quoted. */
  readonly isOpen: () => boolean;
}

/** Looks at each character once and keeps nothing but where it is. */
export function createQuotation(): Quotation {
  let isFenced = false;
  let ticks = 0;
  let last = '';
  /** The beginning of the line, as far as it can tell a fence or a quotation. */
  let start = '';

  function endLine(): void {
    if (isFence(start)) isFenced = !isFenced;
    start = '';
    ticks = 0;
  }

  return {
    advance(text) {
      for (const character of text) {
        last = character;
        if (character === '\n') {
          endLine();
          continue;
        }
        if (character === '`') ticks++;
        if (start.length < START_CHARS) start += character;
      }
    },
    isOpen: () => isFenced || ticks % 2 === 1 || start.trimStart().startsWith('>') || QUOTES.has(last),
  };
}

/** Enough for the white space and the mark of a fence. */
const START_CHARS = 16;

const QUOTES = new Set(['"', "'", '“', '‘', '«']);

function isFence(line: string): boolean {
  return /^\s{0,3}(?:```|~~~)/.test(line);
}
