// Owns the width of text on a terminal, in cells: an East Asian character or an emoji takes two, a combining mark none.

import stringWidth from 'string-width';

/** `text` has no escape sequences. */
export function padCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - stringWidth(text)));
}

/** At most so many cells; a text that is longer ends in `…`. Never cuts inside what a person sees as one character. */
export function cutToCells(text: string, cells: number): string {
  if (cells < 1) return '';
  // Enough for characters of many code points; the segments of a long text are not all needed.
  const start = text.slice(0, cells * MAX_UNITS_PER_CELL);
  let width = 0;
  // The longest start that leaves a cell for the mark.
  let kept = 0;
  for (const { segment, index } of graphemes().segment(start)) {
    // The last one of a part may go on beyond it.
    if (start.length < text.length && index + segment.length === start.length) break;
    width += stringWidth(segment);
    if (width > cells) return `${start.slice(0, kept)}…`;
    if (width < cells) kept = index + segment.length;
  }
  return start.length === text.length ? text : `${start.slice(0, kept)}…`;
}

const MAX_UNITS_PER_CELL = 32;

let segmenter: Intl.Segmenter | undefined;

/** Made when it is first needed: it takes milliseconds. */
function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter;
}
