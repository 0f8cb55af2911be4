// Owns whether a place in a text is quoted: in code, in a quoted line or list, in a table, in quotation marks, or in an element or block
// that holds text of others. What a whole line does to the lines after it is left to `quoted-lines.ts`.

import { createQuotedLines } from './quoted-lines.ts';

export interface Quotation {
  readonly advance: (text: string) => void;
  /** Whether the text that follows is quoted. */
  readonly isOpen: () => boolean;
  /** Whether the text that follows stands in the middle of a sentence. */
  readonly isInSentence: () => boolean;
}

/** Examines each character once and stores only its position in the markup. */
export function createQuotation(): Quotation {
  const lines = createQuotedLines();
  const marks = createQuotationMarks();
  const elements = createElements();
  /** The length of the run of backticks that opened inline code; 0: none is open. */
  let code = 0;
  let ticks = 0;
  let hasPipe = false;
  let last = '';

  function endTicks(): void {
    if (ticks === 0) return;
    if (code === 0) code = ticks;
    else if (code === ticks) code = 0;
    ticks = 0;
  }

  function endLine(): void {
    ticks = 0;
    hasPipe = false;
    last = '';
    if (lines.endLine() !== 'blank') return;
    // Inline code and quotation marks do not go beyond their paragraph.
    code = 0;
    marks.clear();
  }

  return {
    advance(text) {
      for (const character of text) {
        if (character === '`') ticks++;
        else endTicks();
        if (character === '\n') {
          endLine();
          elements.take(' ');
          continue;
        }
        lines.take(character);
        elements.take(character);
        if (code === 0) marks.take(character);
        if (character === '|') hasPipe = true;
        if (!isSpace(character)) last = character;
      }
    },
    isOpen: () => {
      endTicks();
      return lines.isQuoted() || code > 0 || hasPipe || marks.isOpen() || elements.isOpen();
    },
    isInSentence: () => /[\p{L}\p{N},;–—([{<=/&+@-]/u.test(last),
  };
}

function isSpace(character: string): boolean {
  return character.trim() === '';
}

/** What closes each mark that opens. */
const PAIRS: Readonly<Record<string, string>> = {
  '“': '”',
  '‘': '’',
  '„': '“”',
  '‚': '‘’',
  '«': '»',
  '»': '«',
  '‹': '›',
  '›': '‹',
  '「': '」',
  '『': '』',
  '《': '》',
  '〈': '〉',
  '"': '"',
  "'": "'",
};

interface QuotationMarks {
  readonly take: (character: string) => void;
  readonly isOpen: () => boolean;
  readonly clear: () => void;
}

/** One pair at a time: quotations within a quotation change nothing. */
function createQuotationMarks(): QuotationMarks {
  let open = '';
  let before = ' ';
  /** A single quotation mark that closes, unless a letter follows: then it is an apostrophe. */
  let mayClose = false;

  function take(character: string): void {
    if (mayClose && !/[\p{L}\p{N}]/u.test(character)) open = '';
    mayClose = false;
    const ends = PAIRS[open] ?? '';
    if (open !== '') {
      if (ends.includes(character)) {
        if (open === "'") mayClose = true;
        else open = '';
      }
    } else if (PAIRS[character] !== undefined && opens(character)) open = character;
    before = character;
  }

  /** A straight mark opens only where a word may begin; after a letter or a digit it is an apostrophe or a unit. */
  function opens(character: string): boolean {
    return (character !== '"' && character !== "'") || !/[\p{L}\p{N}]/u.test(before);
  }

  return {
    take,
    isOpen: () => open !== '' && !mayClose,
    clear: () => {
      open = '';
      mayClose = false;
      before = ' ';
    },
  };
}

interface Elements {
  readonly take: (character: string) => void;
  readonly isOpen: () => boolean;
}

/** A tag longer than this is none. */
const MAX_TAG_CHARS = 200;

/** Deeper than any text is quoted. */
const MAX_OPEN_ELEMENTS = 64;

const TAG_ENDS: Readonly<Record<string, string>> = { '<': '>', '[': ']', '\\': '}' };

/** Follows elements of HTML, XML and BBCode, and environments of TeX, that hold text of others. */
function createElements(): Elements {
  const open: string[] = [];
  let tag = '';
  let isComment = false;

  function take(character: string): void {
    if (isComment) {
      tag = (tag + character).slice(-3);
      if (tag !== '-->' && tag !== ']]>') return;
      isComment = false;
      tag = '';
      return;
    }
    const begins = character === '<' || character === '\\' || (tag === '' && character === '[');
    if (begins && !tag.startsWith('<!')) {
      tag = character;
      return;
    }
    if (tag === '') return;
    tag += character;
    if (tag === '<!--' || tag === '<![CDATA[') isComment = true;
    else if (character === TAG_ENDS[tag.charAt(0)]) {
      endTag();
      tag = '';
    } else if (tag.length > MAX_TAG_CHARS || (tag.length === 2 && !/[a-z/!]/i.test(character))) tag = '';
  }

  function endTag(): void {
    if (tag.endsWith('/>')) return;
    const name = quotingName(tag);
    if (name === undefined) return;
    if (!/^(?:<\/|\[\/|\\end)/.test(tag)) {
      if (open.length < MAX_OPEN_ELEMENTS) open.push(name);
      return;
    }
    const at = open.lastIndexOf(name);
    if (at >= 0) open.length = at;
  }

  return { take, isOpen: () => open.length > 0 || isComment };
}

/** The name of a tag that begins or ends an element with text of others; undefined for any other tag. */
function quotingName(tag: string): string | undefined {
  const name = /^(?:<\/?|\[\/?|\\(?:begin|end)\{)([\w:-]+)/.exec(tag)?.[1]?.toLowerCase() ?? '';
  const plain = name.slice(name.lastIndexOf(':') + 1).replaceAll('-', '_');
  return (tag.startsWith('<') ? ELEMENTS : PLAIN_BLOCKS).has(plain) ? plain : undefined;
}

/** In brackets or TeX; other words in brackets are links. */
const PLAIN_BLOCKS = new Set('quote quotation code pre spoiler verbatim lstlisting minted alltt'.split(' '));

/** Elements that pages have, and that programs and models put around code, quotations and texts that they were given. */
const ELEMENTS = new Set(
  (
    'pre code blockquote samp kbd xmp listing plaintext textarea q cite script style template noscript iframe svg ' +
    'table thead tbody tr td th ul ol li dl dd dt details figure figcaption article aside nav section header footer main ' +
    'html head body div p span title form label a em strong b i u s small mark ins del font center ' +
    'quote quoted quotation excerpt example examples sample snippet verbatim ' +
    'document documents doc docs page pages webpage website site source sources content contents context text data ' +
    'file files email mail message messages post comment note result results output observation ' +
    'tool_result tool_results tool_response tool_responses tool_output function_result function_results function_response ' +
    'search_result search_results user input query request untrusted injection attack spoiler'
  ).split(' '),
);
