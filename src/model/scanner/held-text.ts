// Owns the text that the scanner holds back: what is added at its end and taken from its front, so that no character is looked at again
// only because more text came. What the text means is left to the scanner.

import type { Marks } from './marks.ts';

type FoundMark = NonNullable<ReturnType<Marks['find']>>;

/** Text that was added, from `from` on. */
export interface Piece {
  readonly text: string;
  readonly from: number;
}

/**
 * Outside a call, all that is held is white space, then the beginning of a mark: the white space is set aside and not looked at again.
 * Inside a call the text is held in the pieces in which it came, and put together only when the call may end.
 */
export class HeldText {
  /** White space at the front. */
  #space: string[] = [];
  #spaceLength = 0;
  /** The text after it, from `#at` on. What was taken is not cut off: that would copy the rest. */
  #text = '';
  #at = 0;
  /** What came after that. */
  #later: string[] = [];
  #laterLength = 0;
  /** How many of `#later` were given out by `unread`; undefined: not even `#text`. */
  #readPieces: number | undefined;

  get length(): number {
    return this.#spaceLength + this.#text.length - this.#at + this.#laterLength;
  }

  /** How much white space is set aside at the front. */
  get spaceLength(): number {
    return this.#spaceLength;
  }

  add(text: string): void {
    if (text === '') return;
    this.#later.push(text);
    this.#laterLength += text.length;
  }

  /** Sets the white space at the front aside. */
  setSpaceAside(): void {
    this.#join();
    SPACE.lastIndex = this.#at;
    const space = SPACE.exec(this.#text)?.[0] ?? '';
    if (space === '') return;
    this.#space.push(space);
    this.#spaceLength += space.length;
    this.#at += space.length;
  }

  /** The beginning of what follows that white space. */
  beginning(length: number): string {
    this.#join();
    return this.#text.slice(this.#at, this.#at + length);
  }

  /** The first mark. */
  find(marks: Marks): FoundMark | undefined {
    this.#join();
    const found = marks.find(this.#text, this.#at);
    return found && { ...found, at: found.at - this.#at + this.#spaceLength };
  }

  /** How much at the front is neither the beginning of a mark nor white space that may precede one. */
  certainLength(marks: Marks): number {
    this.#join();
    const end = this.#text.length - marks.partAtEnd(this.#text, this.#at);
    const certain = this.#text.slice(this.#at, end).trimEnd().length;
    return certain === 0 ? 0 : this.#spaceLength + certain;
  }

  /** From now on `unread` gives all that is held. */
  startReading(): void {
    this.#join();
    this.#readPieces = undefined;
  }

  /** What was not given out yet. */
  unread(): Piece {
    const from = this.#readPieces;
    this.#readPieces = this.#later.length;
    if (from === undefined) {
      if (this.#later.length === 0) return { text: this.#text, from: this.#at };
      return { text: this.#text.slice(this.#at) + this.#later.join(''), from: 0 };
    }
    const first = this.#later[from] ?? '';
    return { text: this.#later.length - from > 1 ? this.#later.slice(from).join('') : first, from: 0 };
  }

  /** The first `length` characters. */
  read(length: number): string {
    this.#join();
    const space = this.#spaceLength === 0 ? '' : this.#space.join('').slice(0, length);
    return space + this.#text.slice(this.#at, this.#at + length - space.length);
  }

  /** Removes the first `length` characters. */
  take(length: number): string {
    const text = this.read(length);
    this.#at += Math.max(0, length - this.#spaceLength);
    if (this.#spaceLength > 0) {
      const left = this.#space.join('').slice(length);
      this.#space = left === '' ? [] : [left];
      this.#spaceLength = left.length;
    }
    return text;
  }

  #join(): void {
    if (this.#laterLength === 0) return;
    if (this.#readPieces !== undefined) this.#readPieces = 0;
    this.#later.unshift(this.#text.slice(this.#at));
    this.#text = this.#later.length > 1 ? this.#later.join('') : (this.#later[0] ?? '');
    this.#at = 0;
    this.#later = [];
    this.#laterLength = 0;
  }
}

const SPACE = /\s*/y;
