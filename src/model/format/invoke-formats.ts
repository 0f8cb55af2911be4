// Owns the formats that write a call as an element `invoke` with one `parameter` for each argument, between marks of their own, and that
// other files do not hold yet. Which family writes which format is in `../profile/families.ts`.

import type { CallFormat } from './call-format.ts';
import { readJsonCalls } from './read-json.ts';
import { INVOKE, taggedCalls } from './read-tags.ts';

const DOTS_INVOKE = taggedCalls({
  call: INVOKE,
  argument: {
    head: /<parameter\s+name\s*=(?<key>[^<>]+)>/g,
    close: '</parameter>',
  },
});

/** dots writes elements, and sometimes JSON. */
export const DOTS: CallFormat = {
  name: 'dots',
  open: ['<dots_function_call>'],
  close: ['</dots_function_call>'],
  read: (body, isClosed) => (/^\s*\{/.test(body) ? readJsonCalls(body, isClosed) : DOTS_INVOKE(body, isClosed)),
  tag: {
    trigger: '<dots_function_call>',
    begin: (name) => `<dots_function_call>\n<invoke name="${name}">\n`,
    end: '\n</invoke>\n</dots_function_call>',
    content: 'text',
  },
};

/** Muse Spark and Muse Glimmer. A call is a message to the tool, and ends with the mark of a message. */
export const MUSE: CallFormat = {
  name: 'muse',
  open: ['<atem:function_calls>'],
  close: ['</atem:function_calls>'],
  unwrapped: { open: ['<atem:invoke'], close: ['</atem:invoke>'] },
  read: taggedCalls({
    call: { head: /<atem:invoke\s+name\s*=(?<name>[^<>]+)>/g, close: '</atem:invoke>', mayLackClose: true },
    argument: { head: /<atem:parameter\s+name\s*=(?<key>[^<>]+)>/g, close: '</atem:parameter>' },
  }),
  drop: ['<|eom|>', '<|eot|>'],
  tag: {
    trigger: '<atem:function_calls>',
    begin: (name) => `<atem:function_calls>\n<atem:invoke name="${name}">\n`,
    end: '\n</atem:invoke>\n</atem:function_calls>',
    content: 'text',
  },
};
