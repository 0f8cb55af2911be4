// Owns the text of one message while it arrives, up to a size and a number of parts: parsing what is within them stops the program for no
// more than a moment. What a message means, and what happens to one that is beyond, is left to the reader of the transport.

import { StringDecoder } from 'node:string_decoder';

/** A longer message takes more memory than any answer is worth. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** Objects, arrays, keys and values. Long texts are cheap to parse, many small parts are not. */
const MAX_PARTS = 250_000;
/** A shorter message cannot have too many parts to parse. */
const COUNTED_FROM_CHARS = 1024 * 1024;
/** What is kept of a message that is beyond, to find out whose answer it is. */
const KEPT_OF_START_CHARS = 4096;
const KEPT_OF_END_CHARS = 256;

interface TextLimits {
  readonly maxBytes?: number;
  readonly maxParts?: number;
}

export class MessageText {
  readonly #maxBytes: number;
  readonly #maxParts: number;
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #end = '';
  #bytes = 0;
  #parts = 0;
  #isCounted = false;
  #isInString = false;
  #isEscaped = false;
  #excess: string | undefined;

  constructor({ maxBytes = MAX_MESSAGE_BYTES, maxParts = MAX_PARTS }: TextLimits = {}) {
    this.#maxBytes = maxBytes;
    this.#maxParts = maxParts;
  }

  /** Why the message is beyond the limits, as the end of a sentence; undefined when it is not. `text` is then its beginning. */
  get excess(): string | undefined {
    return this.#excess;
  }

  get text(): string {
    return this.#text;
  }

  /** The end of a message that is beyond. */
  get end(): string {
    return this.#end;
  }

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const text = this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (this.#excess !== undefined) {
      this.#end = (this.#end + text).slice(-KEPT_OF_END_CHARS);
      return;
    }
    this.#text += text;
    if (this.#bytes > this.#maxBytes) this.#cut(`longer than ${this.#maxBytes} bytes`);
    else if (this.#text.length > COUNTED_FROM_CHARS) this.#count(this.#isCounted ? text : this.#text);
  }

  #count(text: string): void {
    this.#isCounted = true;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#isInString) {
        if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === QUOTE) this.#isInString = false;
      } else if (code === QUOTE) this.#isInString = true;
      else if (code === COMMA || code === COLON || code === BRACE || code === BRACKET) this.#parts++;
    }
    if (this.#parts > this.#maxParts) this.#cut(`of more than ${this.#maxParts} parts`);
  }

  #cut(excess: string): void {
    this.#excess = excess;
    this.#end = this.#text.slice(-KEPT_OF_END_CHARS);
    // A copy: a slice would keep the whole text in memory.
    this.#text = Buffer.from(this.#text.slice(0, KEPT_OF_START_CHARS)).toString();
  }
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BRACKET = 91;
const BACKSLASH = 92;
const BRACE = 123;
