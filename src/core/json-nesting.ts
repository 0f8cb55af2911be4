// Owns where a place in JSON text stands: in a string, and in which brackets. Whether the text is JSON is left to the parser.

const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSERS = new Map([
  [0x7b, '}'],
  [0x5b, ']'],
]);
const CLOSING = new Set([0x7d, 0x5d]);

/** Reads text that may come in pieces, and examines each character once. */
export class JsonNesting {
  readonly #closers: string[] = [];
  #isInString = false;
  #isEscaped = false;
  #deepest = 0;

  get isInString(): boolean {
    return this.#isInString;
  }

  /** The most brackets that were open at once. */
  get deepest(): number {
    return this.#deepest;
  }

  /** The brackets that are missing at the end. */
  missing(): string {
    return this.#closers.toReversed().join('');
  }

  /** Reads on, up to behind the bracket that closes the outermost one; undefined: that is not in the text. */
  readToClose(text: string, from = 0): number | undefined {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === DOUBLE_QUOTE) this.#isInString = false;
        continue;
      }
      if (code === DOUBLE_QUOTE) this.#isInString = true;
      const closer = CLOSERS.get(code);
      if (closer !== undefined) this.#deepest = Math.max(this.#deepest, this.#closers.push(closer));
      else if (CLOSING.has(code) && this.#closers.pop() !== undefined && this.#closers.length === 0) return at + 1;
    }
    return undefined;
  }

  /** Reads to the end, over any brackets that close. */
  readAll(text: string): void {
    for (let at: number | undefined = 0; at !== undefined; ) at = this.readToClose(text, at);
  }
}
