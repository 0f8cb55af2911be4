// Owns whether a closing mark of thinking that nothing opened is one, or is what the text is about. What it leads to is left to
// `think-tags.ts`.

/**
 * Where such a mark counts. `anywhere`: the model thinks for sure, so only a quoted mark is what the text is about. `abutting`: it may
 * think; in prose a mark stands between spaces, a model writes it right after its thinking or at the end of a line. `own_line`: whether it
 * thinks is unknown. `never`: it does not think.
 */
export type LoneMark = 'anywhere' | 'abutting' | 'own_line' | 'never';

/** `before` and `after` are the characters beside the mark; empty at the ends of the text. */
export function standsAlone(level: LoneMark, before: string, after: string): boolean {
  const startsLine = before === '' || before === '\n';
  const endsLine = after === '' || after === '\n' || after === '\r';
  switch (level) {
    case 'anywhere':
      return !(QUOTES.has(before) && QUOTES.has(after));
    case 'abutting':
      return startsLine || endsLine || !(QUOTES.has(before) || /[\s([{<*_]/.test(before));
    case 'own_line':
      return startsLine && endsLine;
    case 'never':
      return false;
    default:
      return level satisfies never;
  }
}

const QUOTES: ReadonlySet<string> = new Set(['`', '"', "'", '“', '”', '‘', '’', '«', '»']);

interface Fences {
  readonly take: (text: string) => void;
  /** Whether the text so far ends inside a fenced block of code. */
  readonly isOpen: () => boolean;
}

/** Counts the fences of code blocks in text that comes in pieces. */
export function createFences(): Fences {
  let isOpen = false;
  /** Backticks at the end that may be the beginning of a fence. */
  let ticks = '';

  function take(text: string): void {
    const parts = (ticks + text).split(FENCE);
    if (parts.length % 2 === 0) isOpen = !isOpen;
    ticks = /`{0,2}$/.exec(parts.at(-1)?.slice(-2) ?? '')?.[0] ?? '';
  }

  return { take, isOpen: () => isOpen };
}

const FENCE = '```';
