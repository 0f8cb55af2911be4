// Owns the formats that write each argument as a key and a value, in marks that no other family has. Which family writes which format is in
// `../profile/families.ts`.

import type { CallFormat, ReadCalls } from './call-format.ts';
import { elementsOf, isNothingBeside } from './elements.ts';
import { readJsonCalls } from './read-json.ts';
import type { NamedBody } from './read-tags.ts';
import { taggedCalls } from './read-tags.ts';
import { TOOL_CALLS } from './tool-call-formats.ts';

const IFM_KEYS = taggedCalls({
  call: namedByLead,
  argument: {
    // Some templates say the type between key and value. The tool's schema says it too.
    head: /<ifm\|arg_key>(?<key>[^<]*)<\/ifm\|arg_key>\s*(?:<ifm\|arg_type>[^<]*<\/ifm\|arg_type>\s*)?<ifm\|arg_value>/g,
    close: '</ifm|arg_value>',
  },
});

/** The name comes first, then nothing or arguments. */
function namedByLead(body: string): readonly NamedBody[] {
  const text = body.trim();
  const name = /^[^\s<]+/.exec(text)?.[0];
  return name === undefined ? [] : [{ name, body: text.slice(name.length) }];
}

/** All calls of a group are read, or none: a group without its end may lack calls. */
const readIfmCalls: ReadCalls = (body, isClosed) => {
  if (!isClosed) return undefined;
  const found = elementsOf(body, { head: /<ifm\|tool_call>/g, close: '</ifm|tool_call>' });
  if (!isNothingBeside(body, found)) return undefined;
  const calls = found.map(({ inner }) => (/^\s*\{/.test(inner) ? readJsonCalls(inner, true) : IFM_KEYS(inner, true)));
  return calls.length > 0 && calls.every(Array.isArray) ? calls.flat() : undefined;
};

/**
 * Hunyuan 3 and 4. The marks of a checkpoint may all have the same ending, as in `<tool_call:6124c78e>`, which is in its vocabulary and nowhere
 * else.
 */
export const HY: CallFormat = {
  ...TOOL_CALLS,
  name: 'hy',
  open: ['<tool_calls>', '<tool_calls:'],
  close: ['</tool_calls>', '</tool_calls:'],
  closeEnd: '>',
  read: (body, isClosed) => {
    const plain = body.replace(/^[\w-]{1,64}>/, '').replace(SUFFIXED, '<$<slash>$<name>>');
    return TOOL_CALLS.read(plain, isClosed);
  },
  tag: {
    trigger: '<tool_calls>',
    begin: (name) => `<tool_calls>\n<tool_call>${name}<tool_sep>\n`,
    end: '\n</tool_call>\n</tool_calls>',
    content: 'text',
  },
};

const SUFFIXED = /<(?<slash>\/?)(?<name>tool_call|tool_sep|arg_key|arg_value):[\w-]{1,64}>/g;

/** K2 Horizon, whose template writes keys and values or JSON, as the request says. */
export const K2_HORIZON: CallFormat = {
  name: 'k2_horizon',
  open: ['<ifm|tool_calls>'],
  close: ['</ifm|tool_calls>'],
  read: readIfmCalls,
  tag: {
    trigger: '<ifm|tool_calls>',
    begin: (name) => `<ifm|tool_calls><ifm|tool_call>${name}`,
    end: '</ifm|tool_call></ifm|tool_calls>',
    content: 'text',
  },
};
