// Owns telling thinking from answer in text that holds both, for servers without a reasoning parser.
// Which delimiters a model family uses is left to the caller.

export interface ThinkDelimiters {
  readonly open: string;
  readonly close: string;
}

export interface ThinkPiece {
  readonly type: 'reasoning' | 'content';
  readonly text: string;
}

export interface ThinkSplitter {
  readonly feed: (text: string) => ThinkPiece[];
  /** What was held back because it could have become a delimiter. */
  readonly end: () => ThinkPiece[];
}

export const THINK_TAGS: ThinkDelimiters = { open: '<think>', close: '</think>' };

/**
 * Splits text that comes in pieces, a delimiter cut between two of them included. Only an opening at the start of the
 * answer counts (white space aside): a later one is text about thinking. `startsInside` is for templates that put the
 * opening into the prompt. Line ends around the thinking are dropped.
 */
export function createThinkSplitter(delimiters: ThinkDelimiters = THINK_TAGS, startsInside = false): ThinkSplitter {
  let state: 'before' | 'inside' | 'gap' | 'after' = startsInside ? 'inside' : 'before';
  /** White space that waits for what follows it: it is not looked at again. */
  let space: string[] = [];
  let spaceLength = 0;
  /** What follows it: the beginning of a delimiter. */
  let held = '';
  let isFreshInside = true;

  function feed(text: string): ThinkPiece[] {
    if (state === 'after') return piece('content', text);
    if (state === 'gap') return gap(text);
    hold(text);
    return state === 'before' ? before() : inside();
  }

  function hold(text: string): void {
    if (held !== '') {
      held += text;
      return;
    }
    held = text.trimStart();
    if (held.length < text.length) space.push(text.slice(0, text.length - held.length));
    spaceLength += text.length - held.length;
  }

  function before(): ThinkPiece[] {
    if (held.startsWith(delimiters.open)) {
      const rest = held.slice(delimiters.open.length);
      take();
      state = 'inside';
      return feed(rest);
    }
    if (delimiters.open.startsWith(held) && spaceLength <= MAX_HELD_SPACE) return [];
    state = 'after';
    return piece('content', take());
  }

  function inside(): ThinkPiece[] {
    if (isFreshInside) dropSpace();
    if (held !== '') isFreshInside = false;
    const at = held.indexOf(delimiters.close);
    if (at >= 0) {
      const rest = held.slice(at + delimiters.close.length);
      held = held.slice(0, at).trimEnd();
      if (held === '') dropSpace();
      state = 'gap';
      return [...piece('reasoning', take()), ...gap(rest)];
    }
    // White space before a possible delimiter waits with it: it is dropped if the delimiter comes.
    const rest = held.slice(held.length - heldBack(held, delimiters.close));
    held = held.slice(0, held.length - rest.length);
    const thought = held !== '' || spaceLength > MAX_HELD_SPACE ? take() : '';
    hold(rest);
    return piece('reasoning', thought);
  }

  function gap(text: string): ThinkPiece[] {
    const start = text.trimStart();
    if (start !== '') state = 'after';
    return piece('content', start);
  }

  function end(): ThinkPiece[] {
    return piece(state === 'inside' ? 'reasoning' : 'content', take());
  }

  function take(): string {
    const text = space.join('') + held;
    dropSpace();
    held = '';
    return text;
  }

  function dropSpace(): void {
    space = [];
    spaceLength = 0;
  }

  return { feed, end };
}

/** More white space than this is shown, wherever it stands. */
const MAX_HELD_SPACE = 1024 * 1024;

function piece(type: ThinkPiece['type'], text: string): ThinkPiece[] {
  return text === '' ? [] : [{ type, text }];
}

/** How many characters at the end may still become the delimiter, the white space before it included. */
function heldBack(text: string, delimiter: string): number {
  for (let length = Math.min(delimiter.length - 1, text.length); length > 0; length--) {
    if (delimiter.startsWith(text.slice(-length))) return text.length - text.slice(0, -length).trimEnd().length;
  }
  return text.length - text.trimEnd().length;
}
