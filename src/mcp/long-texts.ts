// Owns taking the long texts out of a message while it arrives, piece by piece, so that what is left of its JSON is short enough to be parsed
// in a moment; and putting them back. How long a message may be is left to `message-text.ts`.

import { randomUUID } from 'node:crypto';
import { isObject } from '../core/json.ts';

/** Shorter texts stay where they are. */
const LONG_CHARS = 256;

/** What stands for a long text begins with it. No server knows it. */
const STAND_IN = randomUUID();

export class LongTexts {
  #json = '';
  #parts = 0;
  #isInText = false;
  #isEscaped = false;
  #isBroken = false;
  /** Characters from the last backslash that begins an escape to the end of what came. */
  #sinceEscape = ESCAPE_CHARS;
  /** Of the text that is being read: as it came while it is short, decoded once it is long. */
  #short = '';
  #long: string | undefined;
  /** The beginning an escape whose end has not come. */
  #left = '';
  readonly #taken: string[] = [];

  /** Objects, arrays, keys and values. */
  get parts(): number {
    return this.#parts;
  }

  /** What came so far, with stand-ins for long texts. */
  get json(): string {
    return this.#isInText ? this.#json + this.#short : this.#json;
  }

  add(text: string): void {
    let from = 0;
    let escapeAt = -1;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#isInText) {
        if (code === BACKSLASH) {
          this.#isEscaped = true;
          escapeAt = at;
        } else if (code === QUOTE) {
          this.#isInText = false;
          this.#read(text.slice(from, at), true);
          this.#end();
          from = at;
        }
      } else if (code === QUOTE) {
        this.#isInText = true;
        this.#json += text.slice(from, at + 1);
        from = at + 1;
      } else if (code === COMMA || code === COLON || code === BRACE || code === BRACKET) this.#parts++;
    }
    this.#sinceEscape = escapeAt < 0 ? this.#sinceEscape + text.length : text.length - escapeAt;
    if (!this.#isInText) this.#json += text.slice(from);
    else this.#read(text.slice(from), false);
  }

  /** Puts the texts back into what was parsed; undefined when one of them is no JSON. */
  restore(value: unknown): unknown {
    if (this.#isBroken) return undefined;
    return this.#taken.length === 0 ? value : this.#restored(value);
  }

  #read(raw: string, isEnd: boolean): void {
    if (this.#long === undefined) {
      this.#short += raw;
      if (this.#short.length <= LONG_CHARS) return;
      raw = this.#short;
      this.#short = '';
      this.#long = '';
    }
    const whole = this.#left + raw;
    const left = isEnd ? 0 : this.#unfinished(whole);
    this.#left = left === 0 ? '' : whole.slice(-left);
    try {
      this.#long += JSON.parse(`"${left === 0 ? whole : whole.slice(0, -left)}"`);
    } catch {
      // Neither would the whole message be JSON.
      this.#isBroken = true;
    }
  }

  /** How many of its last characters begin an escape that goes on. */
  #unfinished(whole: string): number {
    const since = this.#sinceEscape;
    return since === 1 || (since > 0 && since < ESCAPE_CHARS && whole.at(1 - since) === 'u') ? since : 0;
  }

  #end(): void {
    if (this.#long === undefined) this.#json += this.#short;
    else {
      this.#json += `${STAND_IN}${this.#taken.length}`;
      this.#taken.push(this.#long);
    }
    this.#short = '';
    this.#long = undefined;
    this.#left = '';
  }

  #restored(value: unknown): unknown {
    if (typeof value === 'string') return this.#textOf(value);
    if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at++) value[at] = this.#restored(value[at]);
      return value;
    }
    if (!isObject(value)) return value;
    const object = value as Record<string, unknown>;
    for (const key of Object.keys(object)) {
      const restored = this.#restored(object[key]);
      const name = this.#textOf(key);
      if (name !== key) delete object[key];
      object[name] = restored;
    }
    return object;
  }

  #textOf(text: string): string {
    return text.startsWith(STAND_IN) ? (this.#taken[Number(text.slice(STAND_IN.length))] ?? text) : text;
  }
}

const ESCAPE_CHARS = 6;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BRACKET = 91;
const BACKSLASH = 92;
const BRACE = 123;
