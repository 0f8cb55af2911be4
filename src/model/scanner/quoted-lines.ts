// Owns quotation by lines: code fences, indented code, quoted lines, lists, tables and blocks with a first and a last line. What opens and
// closes within a line is left to `quotation.ts`.

export interface QuotedLines {
  /** Takes a character that ends no line. */
  readonly take: (character: string) => void;
  readonly endLine: () => 'blank' | 'text';
  /** Whether the place after the last character is quoted. */
  readonly isQuoted: () => boolean;
}

interface Fence {
  readonly mark: string;
  readonly length: number;
}

/** Of a longer line the rest says nothing about lines. */
const MAX_LINE_CHARS = 200;

export function createQuotedLines(): QuotedLines {
  let line = '';
  let isBlankSoFar = true;
  let fence: Fence | undefined;
  /** Blocks whose first line was read and whose last was not, such as `#+begin_quote`. */
  let blocks = 0;
  /** A quotation goes on until a blank line: its last lines may lack the mark. */
  let isInQuotedParagraph = false;
  let isFirstLine = true;

  function endLine(): 'blank' | 'text' {
    const isBlank = isBlankSoFar;
    if (fence !== undefined) {
      if (closesFence(line, fence)) fence = undefined;
    } else {
      fence = openedFence(line);
      const edge = blockEdge(line);
      blocks = Math.max(0, blocks + edge);
      if (isBlank) isInQuotedParagraph = false;
      else if (QUOTED_LINE.test(line)) isInQuotedParagraph = true;
    }
    if (!isBlank) isFirstLine = false;
    line = '';
    isBlankSoFar = true;
    return isBlank ? 'blank' : 'text';
  }

  return {
    take(character) {
      if (line.length < MAX_LINE_CHARS) line += character;
      if (character.trim() !== '') isBlankSoFar = false;
    },
    endLine,
    isQuoted: () =>
      fence !== undefined ||
      blocks > 0 ||
      isInQuotedParagraph ||
      QUOTED_LINE.test(line) ||
      LIST_ITEM.test(line) ||
      openedFence(line) !== undefined ||
      (!isFirstLine && INDENTED.test(line)),
  };
}

/** A quoted line, also within a list. */
const QUOTED_LINE = /^[\s\d.)*+•-]{0,40}[>|┃│]/u;

const LIST_ITEM = /^\s{0,40}(?:[-*+•◦‣▪–—]|\(?(?:\d{1,4}|[a-z]|[ivx]{2,5})[.)])\s/iu;

const INDENTED = /^(?: {2}|\t| \t)/;

/** The fence that a line opens, also within a list or a quotation. */
function openedFence(line: string): Fence | undefined {
  const found = /^[\s\d.)*+>•-]{0,40}(?<run>`{3,200}|~{3,200})(?<info>[^\n]{0,200})/u.exec(line)?.groups;
  const { run = '', info = '' } = found ?? {};
  const mark = run.charAt(0);
  return mark === '' || (mark === '`' && info.includes('`')) ? undefined : { mark, length: run.length };
}

/** A fence is closed by the same characters, at least as many, and nothing else on the line. */
function closesFence(line: string, { mark, length }: Fence): boolean {
  const text = line.replace(/^[\s>]{0,200}/u, '').trimEnd();
  return text.length >= length && [...text].every((character) => character === mark);
}

/** 1 where a line begins a block of text of others, -1 where it ends one. */
function blockEdge(line: string): -1 | 0 | 1 {
  const edge = BLOCK_EDGE.exec(line.toLowerCase())?.groups;
  if (edge === undefined) return 0;
  return edge.end === undefined ? 1 : -1;
}

/** As in `#+begin_quote`, `-----BEGIN PAGE-----`, `=== end ===`. */
const BLOCK_EDGE = /^\s{0,40}(?:#\+|[-=*~]{3,20}\s{0,3})(?:(?:begin|start)|(?<end>end|stop))(?![a-z])/;
