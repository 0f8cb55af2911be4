// Owns parsing literals (strings, numbers, words, lists, dictionaries) in the syntax of Python or of Gemma. What they are arguments of
// is left to the caller.

import type { JsonValue } from '../../core/json.ts';

export interface Spelling {
  /** The delimiters of strings. A string with delimiters longer than one character has no escapes. */
  readonly quotes: readonly string[];
  readonly words: ReadonlyMap<string, JsonValue>;
  /** Whether the keys of dictionaries have no quotes. */
  readonly hasBareKeys: boolean;
}

/** Deeper than any tool's arguments. */
const MAX_DEPTH = 32;

/** Reads from front to back and skips white space between tokens. */
export class LiteralReader {
  readonly #text: string;
  readonly #spelling: Spelling;
  #at = 0;
  #isInString = false;

  constructor(text: string, spelling: Spelling) {
    this.#text = text;
    this.#spelling = spelling;
  }

  /** Whether the text ended inside a string. */
  get isInString(): boolean {
    return this.#isInString;
  }

  isAtEnd(): boolean {
    this.#space();
    return this.#at >= this.#text.length;
  }

  peek(mark: string): boolean {
    this.#space();
    return this.#text.startsWith(mark, this.#at);
  }

  skip(mark: string): boolean {
    if (!this.peek(mark)) return false;
    this.#at += mark.length;
    return true;
  }

  /** Reads a name; '' when there is none. */
  word(): string {
    this.#space();
    return this.#match(/[\p{L}_][\p{L}\p{N}_.-]*/uy);
  }

  /** Reads a literal; undefined when there is none. */
  value(depth = 0): JsonValue | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const quote = this.#spelling.quotes.find((mark) => this.peek(mark));
    if (quote !== undefined) return this.#string(quote);
    if (this.skip('[')) return this.#list(']', depth);
    if (this.skip('(')) return this.#list(')', depth);
    if (this.skip('{')) return this.#dictionary(depth);
    const number = this.#match(/[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y);
    if (number !== '') return Number(number);
    return this.#spelling.words.get(this.word());
  }

  #list(end: string, depth: number): JsonValue | undefined {
    const items: JsonValue[] = [];
    while (!this.skip(end)) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (!this.skip(',') && !this.peek(end)) return undefined;
    }
    return items;
  }

  #dictionary(depth: number): JsonValue | undefined {
    const pairs: [string, JsonValue][] = [];
    while (!this.skip('}')) {
      const key = this.#spelling.hasBareKeys && !this.#isAtQuote() ? this.word() : this.value(depth + 1);
      if (typeof key !== 'string' || key === '' || !this.skip(':')) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      pairs.push([key, value]);
      if (!this.skip(',') && !this.peek('}')) return undefined;
    }
    return Object.fromEntries(pairs);
  }

  #isAtQuote(): boolean {
    return this.#spelling.quotes.some((mark) => this.peek(mark));
  }

  #string(quote: string): string | undefined {
    const start = this.#at + quote.length;
    const end = quote.length > 1 ? this.#text.indexOf(quote, start) : this.#endOfString(quote, start);
    if (end < 0) {
      this.#isInString = true;
      return undefined;
    }
    this.#at = end + quote.length;
    const raw = this.#text.slice(start, end);
    return quote.length > 1 ? raw : unescaped(raw);
  }

  #endOfString(quote: string, start: number): number {
    for (let at = start; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (character === '\\') at++;
      else if (character === quote) return at;
    }
    return -1;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #space(): void {
    this.#match(/\s*/y);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

/** Unknown escapes are left unchanged, as in Python. */
function unescaped(raw: string): string {
  return raw.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g, (whole, long, short, one) => {
    const code: unknown = long ?? short;
    if (typeof code === 'string') return String.fromCharCode(Number.parseInt(code, 16));
    if ('\\\'"'.includes(one)) return one;
    return ESCAPES[one] ?? whole;
  });
}
