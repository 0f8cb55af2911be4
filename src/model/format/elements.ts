// Owns finding elements in text: what stands between a head and its closing mark, from front to back. What they mean is left to the
// formats.

/** What ends an element: a text, or a pattern with the flag `g` where models put spaces into the tag. */
type Edge = string | RegExp;

export interface ElementSyntax {
  /**
   * How the element begins, up to the text in it. Has the flag `g`. It must be linear, which `test/architecture` checks: what it
   * repeats must not include its own first character. A match in which every group is empty is no head but text in which none begins.
   */
  readonly head: RegExp;
  readonly close: Edge;
  /** An element that lacks its closing mark ends where this comes next. */
  readonly next?: Edge;
  /** Whether an element that lacks its closing mark ends with the text. */
  readonly mayLackClose?: boolean;
}

export interface FoundElement {
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly inner: string;
  /** Where its head begins, and where the text after it does. */
  readonly at: number;
  readonly end: number;
}

export function elementsOf(text: string, { head, close, next, mayLackClose = false }: ElementSyntax): FoundElement[] {
  const closeFrom = searchOf(text, close);
  const nextFrom = next === undefined ? () => undefined : searchOf(text, next);
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
    const closed = closeFrom(start);
    const following = nextFrom(start);
    // Where nothing ends this element, nothing ends a later one.
    if (closed === undefined && following === undefined && !mayLackClose) return found;
    const isCutByNext = following !== undefined && (closed === undefined || following.at < closed.at);
    const innerEnd = isCutByNext ? following.at : (closed?.at ?? text.length);
    at = isCutByNext ? following.at : (closed?.end ?? text.length);
    found.push({ groups: begin.groups ?? {}, inner: text.slice(start, innerEnd), at: begin.index, end: at });
  }
}

/** Whether the text has nothing but white space beside the elements. */
export function isNothingBeside(text: string, elements: readonly FoundElement[]): boolean {
  let from = 0;
  for (const { at, end } of elements) {
    if (text.slice(from, at).trim() !== '') return false;
    from = end;
  }
  return text.slice(from).trim() === '';
}

interface Place {
  readonly at: number;
  readonly end: number;
}

/**
 * Finds the edge at or after a place. Asked from front to back, it examines each character once: a plain search would run to the end
 * each time that there is none.
 */
function searchOf(text: string, edge: Edge): (from: number) => Place | undefined {
  let known: Place | undefined = { at: -1, end: -1 };
  return (from) => {
    if (known !== undefined && known.at < from) known = findEdge(text, edge, from);
    return known;
  };
}

function findEdge(text: string, edge: Edge, from: number): Place | undefined {
  if (typeof edge === 'string') {
    const at = text.indexOf(edge, from);
    return at < 0 ? undefined : { at, end: at + edge.length };
  }
  edge.lastIndex = from;
  const found = edge.exec(text);
  return found === null ? undefined : { at: found.index, end: edge.lastIndex };
}
