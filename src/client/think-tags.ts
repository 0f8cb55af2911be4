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
  let held = '';
  let isFreshInside = true;

  function feed(text: string): ThinkPiece[] {
    if (state === 'after') return piece('content', text);
    held += text;
    if (state === 'before') return before();
    return state === 'inside' ? inside() : gap();
  }

  function before(): ThinkPiece[] {
    const start = held.trimStart();
    if (start.startsWith(delimiters.open)) {
      held = start.slice(delimiters.open.length);
      state = 'inside';
      return inside();
    }
    if (delimiters.open.startsWith(start)) return [];
    state = 'after';
    return piece('content', take());
  }

  function inside(): ThinkPiece[] {
    if (isFreshInside) held = held.trimStart();
    if (held !== '') isFreshInside = false;
    const at = held.indexOf(delimiters.close);
    if (at >= 0) {
      const thought = held.slice(0, at).trimEnd();
      held = held.slice(at + delimiters.close.length);
      state = 'gap';
      return [...piece('reasoning', thought), ...gap()];
    }
    // White space before a possible delimiter waits with it: it is dropped if the delimiter comes.
    const keep = heldBack(held, delimiters.close);
    const thought = held.slice(0, held.length - keep);
    held = held.slice(held.length - keep);
    return piece('reasoning', thought);
  }

  function gap(): ThinkPiece[] {
    const text = held.trimStart();
    if (text === '') return [];
    state = 'after';
    held = '';
    return piece('content', text);
  }

  function end(): ThinkPiece[] {
    if (state === 'gap' || state === 'after') return [];
    return piece(state === 'inside' ? 'reasoning' : 'content', take());
  }

  function take(): string {
    const text = held;
    held = '';
    return text;
  }

  return { feed, end };
}

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
