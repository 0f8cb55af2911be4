// Owns the text of one message while it arrives, up to a size and a number of parts: parsing what is within them stops the program for no
// more than a moment. What a message means, and what happens to one that is beyond, is left to the reader of the transport.

import { StringDecoder } from 'node:string_decoder';
import { parseJson } from '../core/json.ts';
import { LongTexts } from './long-texts.ts';

/** A longer message takes more memory than any answer is worth. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** Objects, arrays, keys and values. */
const MAX_PARTS = 250_000;
/** Of its JSON without the long texts in it, which are decoded as they come. */
const MAX_JSON_CHARS = 6 * 1024 * 1024;
/** A shorter message is parsed in a moment, whatever it is made of. */
const WATCHED_FROM_CHARS = 256 * 1024;
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
  /** In place of the text, once it is long. */
  #long: LongTexts | undefined;
  #end = '';
  #bytes = 0;
  #excess: string | undefined;

  constructor({ maxBytes = MAX_MESSAGE_BYTES, maxParts = MAX_PARTS }: TextLimits = {}) {
    this.#maxBytes = maxBytes;
    this.#maxParts = maxParts;
  }

  /** Why the message is beyond the limits, as the end of a sentence; undefined when it is not. `text` is then its beginning. */
  get excess(): string | undefined {
    return this.#excess;
  }

  /** Of a long message, with stand-ins for the long texts in it. */
  get text(): string {
    return this.#long?.json ?? this.#text;
  }

  /** Whether it is so long that parsing it and handling it are too much at once. */
  get isLong(): boolean {
    return this.#long !== undefined;
  }

  /** The end of a message that is beyond. */
  get end(): string {
    return this.#end;
  }

  /** The message as JSON; undefined when it is none. */
  value(): unknown {
    return this.restore(parseJson(this.text.replace(BYTE_ORDER_MARK, '')));
  }

  /** What was parsed of `text`, with the texts that stand-ins are for. */
  restore(value: unknown): unknown {
    return this.#long === undefined ? value : this.#long.restore(value);
  }

  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const text = this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (this.#excess !== undefined) {
      this.#end = (this.#end + text).slice(-KEPT_OF_END_CHARS);
      return;
    }
    if (this.#long === undefined) this.#text += text;
    else this.#long.add(text);
    if (this.#bytes > this.#maxBytes) this.#cut(`longer than ${this.#maxBytes} bytes`, text);
    else if (this.#long !== undefined || this.#text.length > WATCHED_FROM_CHARS) this.#watch(text);
  }

  #watch(last: string): void {
    if (this.#long === undefined) {
      this.#long = new LongTexts();
      this.#long.add(this.#text);
      this.#text = this.#text.slice(0, KEPT_OF_START_CHARS);
    }
    if (this.#long.parts > this.#maxParts) this.#cut(`of more than ${this.#maxParts} parts`, last);
    else if (this.#long.json.length > MAX_JSON_CHARS) this.#cut(`of more than ${MAX_JSON_CHARS} characters`, last);
  }

  #cut(excess: string, last: string): void {
    this.#excess = excess;
    this.#end = (this.#text + last).slice(-KEPT_OF_END_CHARS);
    // A copy: a slice would keep the whole text in memory.
    this.#text = Buffer.from(this.#text.slice(0, KEPT_OF_START_CHARS)).toString();
    this.#long = undefined;
  }
}

const BYTE_ORDER_MARK = /^\uFEFF/;
