// Owns whether a text stands in messages that the model was given: then writing it again is repeating, and no call.

import { textOf } from '../../client/message-text.ts';
import type { Message } from '../../core/message.ts';
import { createContains } from './contains.ts';

/** Whether the call stands in a message, as it is or in another spelling: white space, escapes and invisible characters aside. */
export type StandsInMessages = (written: string, toolName: string) => boolean;

/** Looks in user and tool messages. They are read only when there is a call to look for. */
export function createEcho(messages: readonly Message[]): StandsInMessages {
  let given: readonly string[] | undefined;
  let lookups = 0;
  /** The last question: calls between the same marks have the same text. */
  let last: { readonly written: string; readonly call: string; readonly stands: boolean } | undefined;

  function standsInOne(text: string): boolean {
    given ??= messages
      .filter(({ role }) => role === 'user' || role === 'tool')
      .map((message) => spelling(textOf(message.content)));
    const contains = createContains(text);
    return given.some(contains);
  }

  return (written, toolName) => {
    if (last === undefined || last.written !== written) {
      // Each lookup reads all messages. No model makes so many calls at once: what is not looked up is taken for a repetition.
      if (++lookups > MAX_LOOKUPS) return true;
      const call = spelling(written);
      last = { written, call, stands: standsInOne(call) };
    }
    if (last.stands) return true;
    const body = bodyOf(last.call, spelling(toolName));
    return body !== undefined && standsInOne(body);
  };
}

const MAX_LOOKUPS = 256;

/** What stands between the marks, where it is JSON or a list with the tool's name: a message may hold it between other marks. */
function bodyOf(call: string, toolName: string): string | undefined {
  const start = call.search(/[[{]["\w{]/);
  if (start < 0) return undefined;
  const body = call.slice(start, Math.max(call.lastIndexOf('}'), call.lastIndexOf(']')) + 1);
  return body.length > toolName.length + 2 && body.includes(toolName) ? body : undefined;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lbrack: '[',
  rbrack: ']',
  lcub: '{',
  rcub: '}',
  vert: '|',
  verbar: '|',
};

/** One spelling for all that look alike or that a program turns into each other. */
function spelling(text: string): string {
  const decoded = text
    .replace(/\\u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}|\\x([0-9a-f]{2})|%([0-9a-f]{2})/gi, (whole, ...codes) =>
      character(Number.parseInt(String(codes.slice(0, 4).find((code) => code !== undefined)), 16), whole),
    )
    .replace(/\\[nrt]/g, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
      return character(Number.parseInt(String(decimal ?? hex), decimal === undefined ? 16 : 10), whole);
    })
    .replace(INVISIBLE, '');
  return decoded.replace(NORMALIZED_PART, (part) => part.normalize('NFKC')).replace(INVISIBLE, '');
}

const INVISIBLE = /[\s\p{Cf}\p{Cc}\\]/gu;

/** Normalization sorts the marks on a letter in quadratic time: it gets a few at a time. The marks may belong to the letter before. */
const NORMALIZED_PART = /[\0-\x7f]?[^\0-\x7f]{1,64}/gu;

function character(code: number, whole: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
