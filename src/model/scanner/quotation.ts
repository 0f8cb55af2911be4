// Owns whether a place in a text is quoted: in a code fence, in inline code, in a quoted line, or right after a quotation mark.

export interface Quotation {
  readonly advance: (text: string) => void;
  /** Whether the text that follows is quoted. */
  readonly isOpen: () => boolean;
}

/** Examines each character once and stores only its position in the markup. */
export function createQuotation(): Quotation {
  let isFenced = false;
  let ticks = 0;
  let last = '';
  /** The first characters of the line: enough to recognise a fence or a quoted line. */
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

/** Enough for the indentation and the mark of a fence. */
const START_CHARS = 16;

const QUOTES = new Set(['"', "'", '“', '‘', '«']);

function isFence(line: string): boolean {
  return /^\s{0,3}(?:```|~~~)/.test(line);
}
