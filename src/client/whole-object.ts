// Owns whether the fragments of a call's arguments make one whole object. Each fragment is examined once, and only when that is asked.

import { isObject, parseJson } from '../core/json.ts';
import { JsonNesting } from '../core/json-nesting.ts';

export class WholeObject {
  readonly #nesting = new JsonNesting();
  #readParts = 0;
  /** `begun`: the object is not closed yet. `closed`: whether it is JSON was not asked. */
  #state: 'begun' | 'closed' | 'whole' | 'none' = 'begun';

  /** Whether the fragments, which are always the same ones and perhaps more, are an object; `tail` may still be added to them. */
  isAfter(parts: readonly string[], tail = ''): boolean {
    for (; this.#readParts < parts.length; this.#readParts++) this.#read(parts[this.#readParts] ?? '');
    if (tail.trim() !== '') return this.#state === 'begun' && isWhole(parts.join('') + tail);
    if (this.#state === 'closed') this.#state = isWhole(parts.join('')) ? 'whole' : 'none';
    return this.#state === 'whole';
  }

  #read(part: string): void {
    if (this.#state === 'none') return;
    const end = this.#state === 'begun' ? this.#nesting.readToClose(part) : 0;
    if (end === undefined) return;
    if (this.#state === 'begun') this.#state = 'closed';
    // Text after the object: it is not the only one.
    if (part.slice(end).trim() !== '') this.#state = 'none';
  }
}

function isWhole(text: string): boolean {
  return text.trimEnd().endsWith('}') && isObject(parseJson(text));
}
