// Owns mending a string of Python that holds its own quote without an escape, as models write commands: `run(command='sed -n '1,9p' f')`.
// Reading the text is left to the reader of Python.

/** More places than this where a string may end make a text that nobody can read. */
const MAX_CANDIDATES = 16;

/**
 * The text with the quotes within its broken string escaped. The string is the first one whose next quote cannot end it, because nothing
 * follows that may follow a string. Of all the quotes that can end it, exactly one must give a text that `isWhole`: where several do,
 * what was meant is not clear. Undefined: nothing was mended.
 */
export function withNestedQuotesEscaped(text: string, isWhole: (text: string) => boolean): string | undefined {
  const broken = brokenString(text);
  if (broken === undefined) return undefined;
  const { start, quotes } = broken;
  const ends = quotes.filter((at) => mayEnd(text, at));
  if (ends.length > MAX_CANDIDATES) return undefined;
  const [only, ...more] = ends
    .map((end) => text.slice(0, start) + escaped(text, start, end, quotes) + text.slice(end))
    .filter(isWhole);
  return more.length === 0 ? only : undefined;
}

interface BrokenString {
  /** Behind its opening quote. */
  readonly start: number;
  /** Its unescaped quotes, up to the end of the text. */
  readonly quotes: readonly number[];
}

function brokenString(text: string): BrokenString | undefined {
  for (let at = 0; at < text.length; at++) {
    const quote = text.charAt(at);
    if (quote !== "'" && quote !== '"') continue;
    const end = nextQuote(text, quote, at + 1);
    if (end === undefined) return undefined;
    if (!mayEnd(text, end)) return { start: at + 1, quotes: allQuotes(text, quote, end) };
    at = end;
  }
  return undefined;
}

function nextQuote(text: string, quote: string, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === quote) return at;
  }
  return undefined;
}

function allQuotes(text: string, quote: string, first: number): number[] {
  const found: number[] = [];
  for (let at: number | undefined = first; at !== undefined; at = nextQuote(text, quote, at + 1)) found.push(at);
  return found;
}

/** Whether what follows the quote may follow a string. */
function mayEnd(text: string, quote: number): boolean {
  FOLLOWER.lastIndex = quote + 1;
  return FOLLOWER.test(text);
}

const FOLLOWER = /\s{0,100}[,)\]}:]/y;

function escaped(text: string, start: number, end: number, quotes: readonly number[]): string {
  let from = start;
  let inner = '';
  for (const at of quotes.filter((quote) => quote < end)) {
    inner += `${text.slice(from, at)}\\`;
    from = at;
  }
  return inner + text.slice(from, end);
}
