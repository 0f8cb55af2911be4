// Owns parsing literals (strings, numbers, words, lists, dictionaries) in the syntax of Python or of Gemma. What they are arguments of
// is left to the caller, how Python writes numbers and characters to `python-literals.ts`.

import type { JsonValue } from '../../core/json.ts';
import { numberOf, PYTHON_NUMBER, STRING_PREFIX, unescaped } from './python-literals.ts';

export interface Spelling {
  /** The delimiters of strings. */
  readonly quotes: readonly string[];
  readonly words: ReadonlyMap<string, JsonValue>;
  /** Python: strings have escapes and prefixes, numbers more ways to be written, and dictionaries may be sets. */
  readonly isPython: boolean;
  /** Whether keys and strings may lack their delimiters. */
  readonly hasBareText: boolean;
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
    if (this.#isAtString()) return this.#strings();
    if (this.skip('[')) return this.#list(']', depth);
    if (this.skip('(')) return this.#list(')', depth);
    if (this.skip('{')) return this.#dictionary(depth);
    if (this.#spelling.hasBareText) return this.#bareText();
    const number = this.#match(PYTHON_NUMBER);
    return number === '' ? this.#spelling.words.get(this.word()) : numberOf(number);
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
      const key = this.#spelling.hasBareText && !this.#isAtString() ? this.word() : this.value(depth + 1);
      if (key === undefined || key === '') return undefined;
      // JSON has no sets: they are lists.
      if (pairs.length === 0 && this.#spelling.isPython && !this.peek(':')) return this.#set(key, depth);
      if (typeof key === 'object' && key !== null) return undefined;
      if (!this.skip(':')) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      pairs.push([String(key), value]);
      if (!this.skip(',') && !this.peek('}')) return undefined;
    }
    return Object.fromEntries(pairs);
  }

  #set(first: JsonValue, depth: number): JsonValue | undefined {
    if (!this.skip(',') && !this.peek('}')) return undefined;
    const rest = this.#list('}', depth);
    return Array.isArray(rest) ? [first, ...rest] : undefined;
  }

  /** Up to the next delimiter. What reads like a number and is written like one in JSON is one. */
  #bareText(): JsonValue | undefined {
    const text = this.#match(/[^,{}[\]]*/y).trim();
    if (text === '' || this.#spelling.quotes.some((quote) => text.includes(quote))) return undefined;
    const word = this.#spelling.words.get(text);
    if (word !== undefined) return word;
    return String(Number(text)) === text && Number.isFinite(Number(text)) ? numberOf(text) : text;
  }

  #isAtString(): boolean {
    this.#space();
    return this.#lengthOfOpening() > 0;
  }

  /** The length of a prefix and the quote after it; 0: no string begins here. */
  #lengthOfOpening(): number {
    const prefix = this.#spelling.isPython ? this.#ahead(STRING_PREFIX).length : 0;
    const quote = this.#spelling.quotes.find((mark) => this.#text.startsWith(mark, this.#at + prefix));
    return quote === undefined ? 0 : prefix + quote.length;
  }

  /** In Python, strings one after another are one string. */
  #strings(): string | undefined {
    let whole = '';
    do {
      const part = this.#string();
      if (part === undefined) return undefined;
      whole += part;
    } while (this.#spelling.isPython && this.#isAtString());
    return whole;
  }

  #string(): string | undefined {
    const opening = this.#text.slice(this.#at, this.#at + this.#lengthOfOpening());
    const quote = this.#spelling.quotes.find((mark) => opening.endsWith(mark)) ?? opening;
    const prefix = opening.slice(0, -quote.length).toLowerCase();
    const isTriple = this.#spelling.isPython && this.#text.startsWith(quote.repeat(3), this.#at + prefix.length);
    const delimiter = isTriple ? quote.repeat(3) : quote;
    const start = this.#at + prefix.length + delimiter.length;
    const end = this.#spelling.isPython ? this.#endOfString(delimiter, start) : this.#text.indexOf(delimiter, start);
    if (end < 0) {
      this.#isInString = true;
      return undefined;
    }
    const raw = this.#text.slice(start, end);
    this.#at = end + delimiter.length;
    // Placeholders would have to be evaluated.
    if (prefix.includes('f') && /[{}]/.test(raw)) return undefined;
    return prefix.includes('r') || !this.#spelling.isPython ? raw : unescaped(raw);
  }

  #endOfString(delimiter: string, start: number): number {
    for (let at = start; at < this.#text.length; at++) {
      if (this.#text.charAt(at) === '\\') at++;
      else if (this.#text.startsWith(delimiter, at)) return at;
    }
    return -1;
  }

  #match(pattern: RegExp): string {
    const found = this.#ahead(pattern);
    this.#at += found.length;
    return found;
  }

  #ahead(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  #space(): void {
    this.#match(/\s*/y);
  }
}
