// Owns finding elements in text: what stands between a head and its closing mark, from front to back. What they mean is left to the
// formats.

export interface ElementSyntax {
  /**
   * How the element begins, up to the text in it. Has the flag `g`. It must be linear, which `test/architecture` checks: what it
   * repeats must not include its own first character. A match in which every group is empty is no head but text in which none begins.
   */
  readonly head: RegExp;
  readonly close: string;
  /** An element that lacks its closing mark ends where this text comes next. */
  readonly next?: string;
  /** Whether an element that lacks its closing mark ends with the text. */
  readonly mayLackClose?: boolean;
}

export interface FoundElement {
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly inner: string;
}

export function elementsOf(text: string, { head, close, next, mayLackClose = false }: ElementSyntax): FoundElement[] {
  const closeFrom = searchOf(text, close);
  const nextFrom = next === undefined ? () => text.length : searchOf(text, next);
  const found: FoundElement[] = [];
  let at = 0;
  while (true) {
    head.lastIndex = at;
    const begin = head.exec(text);
    if (begin === null) return found;
    const start = head.lastIndex;
    if (begin.groups !== undefined && Object.values(begin.groups).every((group) => group === undefined)) {
      at = start;
      continue;
    }
    const closeAt = closeFrom(start);
    // Where no closing mark follows, none follows any later head.
    if (closeAt === text.length && !mayLackClose) return found;
    const end = Math.min(closeAt, nextFrom(start));
    found.push({ groups: begin.groups ?? {}, inner: text.slice(start, end) });
    at = end === closeAt ? end + close.length : end;
  }
}

/**
 * Finds the mark at or after a place; the text's length: there is none. Asked from front to back, it examines each character once: a plain
 * search would run to the end each time that there is none.
 */
function searchOf(text: string, mark: string): (from: number) => number {
  let known = -1;
  return (from) => {
    if (known < from) {
      const at = text.indexOf(mark, from);
      known = at < 0 ? text.length : at;
    }
    return known;
  };
}
