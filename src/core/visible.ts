// Owns which characters of foreign text a terminal or a person would misread (control characters, bidi controls, hidden ones), and
// how they are written so that they are seen. Where text is shown is left to the callers.

/** The English, Scottish and Welsh flags: the only use of tag characters. */
const TAG_FLAGS = ['gbeng', 'gbsct', 'gbwls'].map(
  (region) =>
    `\\u{1F3F4}${[...region].map((letter) => `\\u{${(0xe0000 + letter.charCodeAt(0)).toString(16)}}`).join('')}\\u{E007F}`,
);

/** Scripts in which a joiner or a non-joiner changes how letters are written. */
const JOINING = [
  ...['Arabic', 'Syriac', 'Mongolian', 'Nko', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil'],
  ...['Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Tibetan'],
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');

/** Invisible characters that belong to the character before them: they are part of how that one looks. */
const NEEDED = [
  ...TAG_FLAGS,
  // Emoji that are joined, such as families.
  '(?<=[\\p{Extended_Pictographic}\\u{1F3FB}-\\u{1F3FF}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
  `(?<=[${JOINING}])[\\u200C\\u200D]`,
  // Variation selectors. Only one after a character: a series of them can carry a hidden text.
  '(?<=\\p{Emoji})[\\uFE0E\\uFE0F]',
  '(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]',
  '(?<=\\p{Script=Mongolian})[\\u180B-\\u180D\\u180F]',
];

/** Control characters but for tab and line feed, line separators, what has no width (bidi controls are among it), halves of pairs. */
const MISREAD =
  '[\\0-\\x08\\x0B-\\x1F\\x7F-\\x9F\\u2028\\u2029\\uFFF9-\\uFFFB\\p{Default_Ignorable_Code_Point}\\p{Surrogate}]';

const NEEDED_OR_MISREAD = new RegExp(`(${NEEDED.join('|')})|\\r(?=\\n)|${MISREAD}`, 'gu');

/** All that is no letter, mark, number, punctuation or symbol, but for the space; and the symbol that looks like a space. */
const INEXACT = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const PLAIN = /^[\t\n\x20-\x7e]*$/;

/**
 * The text with every character that a person does not see, or that controls a terminal, written out: `␛` for escape,
 * `\u202e` for an override of the direction. Tabs and line feeds stay; `\r\n` becomes a line feed. What writing needs stays too: emoji that are joined, joiners
 * in Arabic and Indic scripts. Applied to JSON it is JSON with the same value.
 */
export function visible(text: string): string {
  return visibleFrom(text, 0);
}

/** Like `visible`, on one line: a line end or a tab is a space. */
export function visibleLine(text: string): string {
  return visible(text.replace(/\r?\n|\t/g, ' '));
}

/**
 * For a decision, on one line: everything but letters, digits, punctuation, symbols and the space is written out, that is
 * also what belongs to an emoji, and spaces of other widths.
 */
export function exact(text: string): string {
  return text.replace(INEXACT, (found) => (found === ' ' ? found : escaped(found)));
}

export interface VisibleText {
  /** What can be shown of the text so far. A character whose look depends on the next one waits for it. */
  readonly push: (delta: string) => string;
  /** What still waited. */
  readonly end: () => string;
}

/** `visible` for a text that arrives in pieces: the whole is the same, wherever it is cut. */
export function createVisibleText(): VisibleText {
  let before = '';
  let waiting = '';
  function show(whole: string, length: number): string {
    const shown = visibleFrom(whole.slice(0, whole.length - length), before.length);
    before = whole.slice(0, whole.length - length).slice(-CONTEXT_CHARS);
    return shown;
  }
  return {
    push: (delta) => {
      const whole = before + waiting + delta;
      waiting = UNDECIDED.exec(whole.slice(before.length).slice(-MAX_UNDECIDED_CHARS))?.[0] ?? '';
      return show(whole, waiting.length);
    },
    end: () => {
      const whole = before + waiting;
      waiting = '';
      const shown = show(whole, 0);
      before = '';
      return shown;
    },
  };
}

/** One character, of two code units. */
const CONTEXT_CHARS = 2;

/** The longest is a flag with five tags and half of the next one. */
const MAX_UNDECIDED_CHARS = 13;

/** At the end of a text: what the next character may change. */
const UNDECIDED = /(?:\r|(?:\u200d|\u{1F3F4}[\u{E0061}-\u{E007A}]{0,5})?\p{Surrogate}?)$/u;

/** From an offset on; what is before it only counts as the neighbour of what is shown. */
function visibleFrom(text: string, offset: number): string {
  if (PLAIN.test(text)) return text.slice(offset);
  let shown = '';
  let at = offset;
  for (const found of text.matchAll(NEEDED_OR_MISREAD)) {
    const [what, needed] = found;
    if (found.index < offset || needed !== undefined) continue;
    const isLineEnd = what === '\r' && text[found.index + 1] === '\n';
    shown += text.slice(at, found.index) + (isLineEnd ? '' : written(what));
    at = found.index + what.length;
  }
  return shown + text.slice(at);
}

/** The picture of a control character, such as `␛`; the escape of another one. */
function written(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : escaped(character);
}

/** As in JSON. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
