// Owns cutting text that comes in pieces into marks and what stands between them, a mark cut between two pieces included. What a mark means
// is left to the caller.

/** A mark, or text without any. */
export interface MarkedText {
  readonly isMark: boolean;
  readonly text: string;
}

interface MarkReader {
  readonly feed: (text: string) => MarkedText[];
  /** What was held back because it could have become a mark. */
  readonly end: () => MarkedText[];
  readonly holdsText: () => boolean;
}

/**
 * Of two marks at the same place the longer one counts. A mark such as `<think:` lacks its end: it goes on to the next `>`, and is given
 * without that.
 */
export function createMarkReader(marks: readonly string[]): MarkReader {
  let held = '';

  function read(text: string, isEnd: boolean): MarkedText[] {
    const whole = held + text;
    const out: MarkedText[] = [];
    const nextMark = createFinder(whole, marks);
    let from = 0;
    for (let found = nextMark(from); found !== undefined; found = nextMark(from)) {
      const end = endOf(whole, found);
      if (!isEnd && (end === undefined || couldBeLonger(whole, found))) return hold(out, whole, from, found.at);
      if (found.at > from) out.push({ isMark: false, text: whole.slice(from, found.at) });
      out.push({ isMark: true, text: found.mark });
      from = end ?? whole.length;
    }
    return hold(out, whole, from, isEnd ? whole.length : whole.length - openEnd(whole.slice(from), marks));
  }

  /** What stands before `until` is given, the rest waits for more. */
  function hold(out: MarkedText[], whole: string, from: number, until: number): MarkedText[] {
    if (until > from) out.push({ isMark: false, text: whole.slice(from, until) });
    held = whole.slice(until);
    return out;
  }

  /** Whether what follows may make it another mark, which begins with it. */
  function couldBeLonger(whole: string, { mark, at }: FoundMark): boolean {
    const rest = whole.length - at;
    return marks.some((other) => other.length > Math.max(rest, mark.length) && other.startsWith(whole.slice(at)));
  }

  return { feed: (text) => read(text, false), end: () => read('', true), holdsText: () => held !== '' };
}

/** Where a mark ends; undefined where its end is still to come. */
function endOf(whole: string, { mark, at }: FoundMark): number | undefined {
  const from = at + mark.length;
  if (!LACKS_END.test(mark)) return from;
  const ending = whole.slice(from, from + MAX_ENDING);
  const length = ending.indexOf('>');
  if (length >= 0) return from + length + 1;
  return ending.length < MAX_ENDING ? undefined : from;
}

const LACKS_END = /^<[^>]*:$/;

/** A longer ending of a mark is none. */
const MAX_ENDING = 64;

interface FoundMark {
  readonly mark: string;
  readonly at: number;
}

/** Gives the first mark from a place on. Places must not go back: a mark that was found further on is not looked for again. */
function createFinder(text: string, marks: readonly string[]): (from: number) => FoundMark | undefined {
  const places = marks.map(() => -1);
  return (from) => {
    let found: FoundMark | undefined;
    for (const [index, mark] of marks.entries()) {
      let at = places[index] ?? -1;
      if (at < from) at = text.indexOf(mark, from);
      if (at < 0) at = Number.POSITIVE_INFINITY;
      places[index] = at;
      if (at === Number.POSITIVE_INFINITY) continue;
      if (found === undefined || at < found.at || (at === found.at && mark.length > found.mark.length))
        found = { mark, at };
    }
    return found;
  };
}

/** How many characters at the end of the text may be the beginning of a mark. */
function openEnd(text: string, marks: readonly string[]): number {
  let longest = 0;
  for (const mark of marks) {
    for (let length = Math.min(mark.length - 1, text.length); length > longest; length--) {
      if (mark.startsWith(text.slice(-length))) longest = length;
    }
  }
  return longest;
}
