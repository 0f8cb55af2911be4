// Owns whether a place in a text is quoted: in inline code, in a table, or as `quoted-lines.ts`, `quotation-marks.ts` and
// `quoting-elements.ts` tell.

import { createQuotationMarks } from './quotation-marks.ts';
import { createQuotedLines } from './quoted-lines.ts';
import { createQuotingElements } from './quoting-elements.ts';

export interface Quotation {
  readonly advance: (text: string) => void;
  /** Whether the text that follows is quoted. */
  readonly isOpen: () => boolean;
  /** Whether the text that follows stands in the middle of a sentence. */
  readonly isInSentence: () => boolean;
}

/** Examines each character once and stores only its position in the markup. */
export function createQuotation(): Quotation {
  const lines = createQuotedLines();
  const marks = createQuotationMarks();
  const elements = createQuotingElements();
  /** The length of the run of backticks that opened inline code; 0: none is open. */
  let code = 0;
  let ticks = 0;
  let hasPipe = false;
  /** The last character is a pipe of a table, unless it ends a mark such as `<|message|>`. */
  let mayBePipe = false;
  let last = '';

  function endTicks(): void {
    if (ticks === 0) return;
    if (code === 0) code = ticks;
    else if (code === ticks) code = 0;
    ticks = 0;
  }

  function takePipe(character: string): void {
    if (mayBePipe && character !== '>') hasPipe = true;
    mayBePipe = character === '|' && last !== '<';
  }

  function endLine(): void {
    ticks = 0;
    hasPipe = false;
    mayBePipe = false;
    last = '';
    if (lines.endLine() !== 'blank') return;
    // Inline code and quotation marks do not go beyond their paragraph.
    code = 0;
    marks.clear();
  }

  return {
    advance(text) {
      for (const character of text) {
        if (character === '`') ticks++;
        else endTicks();
        if (character === '\n') {
          endLine();
          elements.take(' ');
          continue;
        }
        lines.take(character);
        elements.take(character);
        if (code === 0) marks.take(character);
        takePipe(character);
        if (!isSpace(character)) last = character;
      }
    },
    isOpen: () => {
      endTicks();
      return lines.isQuoted() || code > 0 || hasPipe || mayBePipe || marks.isOpen() || elements.isOpen();
    },
    isInSentence: () => /[\p{L}\p{N},;–—([{<=/&+@-]/u.test(last),
  };
}

function isSpace(character: string): boolean {
  return character.trim() === '';
}
