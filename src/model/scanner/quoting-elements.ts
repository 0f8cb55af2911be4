// Owns elements of HTML, XML and BBCode, and environments of TeX, that hold text of others: whether one is open.

export interface QuotingElements {
  readonly take: (character: string) => void;
  readonly isOpen: () => boolean;
}

/** A tag longer than this is none. */
const MAX_TAG_CHARS = 200;

/** Deeper than any text is quoted. */
const MAX_OPEN_ELEMENTS = 64;

const TAG_ENDS: Readonly<Record<string, string>> = { '<': '>', '[': ']', '\\': '}' };

/** Follows elements of HTML, XML and BBCode, and environments of TeX, that hold text of others. */
export function createQuotingElements(): QuotingElements {
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
