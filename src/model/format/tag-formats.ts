// Owns the formats with one tag per argument and marks of their own. Which family writes which
// format is in `../profile/families.ts`.

import type { CallFormat } from './call-format.ts';
import { elementsOf } from './elements.ts';
import type { NamedBody } from './read-tags.ts';
import { INVOKE, nestedCalls, taggedCalls } from './read-tags.ts';

/** The models write the mark around the calls in more ways than their templates show, V4.1 with a space in all tags. */
const DSML: CallFormat = {
  name: 'dsml',
  open: [
    '<｜DSML｜function_calls>',
    '<｜DSML｜tool_calls>',
    '<｜DSML｜toolcalls>',
    '<｜DSML｜tool>',
    '<｜DSML｜ calls>',
  ],
  close: [
    '</｜DSML｜function_calls>',
    '</｜DSML｜tool_calls>',
    '</｜DSML｜toolcalls>',
    '</｜DSML｜tool>',
    '</｜DSML｜ calls>',
  ],
  unwrapped: {
    open: ['<｜DSML｜invoke', '<｜DSML｜ invoke'],
    close: [
      '</｜DSML｜invoke>',
      '</｜DSML｜ invoke>',
      '</｜DSML｜function_calls>',
      '</｜DSML｜tool_calls>',
      '</｜DSML｜ calls>',
    ],
  },
  read: taggedCalls({
    call: {
      head: /<｜DSML｜ ?invoke\s+name\s*=(?<name>[^<>]+)>/g,
      close: /<\/｜DSML｜ ?invoke\s*>/g,
      mayLackClose: true,
    },
    argument: {
      head: /<｜DSML｜ ?parameter\s+name\s*=\s*(?<key>"[^"<>]+"|'[^'<>]+'|[^\s"'<>]+)(?:\s+string\s*=\s*"(?:(?<text>true)|(?<json>false))")?\s*>/g,
      close: /<\/｜DSML｜ ?parameter\s*>/g,
      next: /<｜DSML｜ ?parameter\s/g,
    },
    isJsonByDefault: true,
  }),
};

export const DEEPSEEK_V32: CallFormat = {
  ...DSML,
  name: 'deepseek_v32',
  tag: {
    trigger: '<｜DSML｜function_calls>',
    begin: (name) => `<｜DSML｜function_calls>\n<｜DSML｜invoke name="${name}">\n`,
    end: '</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    content: 'text',
  },
};

export const DEEPSEEK_V4: CallFormat = {
  ...DSML,
  name: 'deepseek_v4',
  tag: {
    trigger: '<｜DSML｜tool_calls>',
    begin: (name) => `<｜DSML｜tool_calls>\n<｜DSML｜invoke name="${name}">\n`,
    end: '</｜DSML｜invoke>\n</｜DSML｜tool_calls>',
    content: 'text',
  },
};

export const DEEPSEEK_V41: CallFormat = {
  ...DSML,
  name: 'deepseek_v41',
  tag: {
    trigger: '<｜DSML｜ calls>',
    begin: (name) => `<｜DSML｜ calls>\n<｜DSML｜ invoke name="${name}">\n`,
    end: '</｜DSML｜ invoke>\n</｜DSML｜ calls>',
    content: 'text',
  },
};

export const KIMI_K3: CallFormat = {
  name: 'kimi_k3',
  open: ['<|open|>tools<|sep|>', '<|open|> tools <|sep|>'],
  close: ['<|close|>tools<|sep|>', '<|close|> tools <|sep|>'],
  read: taggedCalls({
    call: kimiK3Calls,
    argument: {
      head: /<\|open\|>\s*argument\s+key="(?<key>[^"<]*)"\s+type="(?:(?<text>string)|(?<json>[^"<]*))"\s*<\|sep\|>/g,
      close: /<\|close\|>\s*argument\s*<\|sep\|>/g,
    },
  }),
  tag: {
    trigger: '<|open|>tools<|sep|>',
    begin: (name, index) => `<|open|>tools<|sep|><|open|>call tool="${name}" index="${index + 1}"<|sep|>`,
    end: '<|close|>call<|sep|><|close|>tools<|sep|>',
    content: 'text',
  },
};

/** The tool is one of the attributes. */
function kimiK3Calls(body: string): readonly NamedBody[] {
  const syntax = {
    head: /<\|open\|>\s*call\s(?<attributes>[^<]*)<\|sep\|>/g,
    close: /<\|close\|>\s*call\s*<\|sep\|>/g,
  };
  return elementsOf(body, syntax).flatMap(({ groups, inner }) => {
    const name = /tool="([^"]*)"/.exec(groups.attributes ?? '')?.[1];
    return name === undefined ? [] : [{ name, body: inner }];
  });
}

const INVOKE_TAGS = taggedCalls({
  call: INVOKE,
  argument: {
    head: /<\s*parameter\s+name\s*=(?<key>[^<>]+)>/g,
    close: /<\s*\/\s*parameter\s*>/g,
    next: /<\s*parameter\s+name\s*=/g,
  },
});

export const MINIMAX_M2: CallFormat = {
  name: 'minimax_m2',
  open: ['<minimax:tool_call>'],
  close: ['</minimax:tool_call>'],
  unwrapped: { open: ['<invoke name='], close: ['</invoke>'] },
  read: INVOKE_TAGS,
  tag: {
    trigger: '<minimax:tool_call>',
    begin: (name) => `<minimax:tool_call>\n<invoke name="${name}">\n`,
    end: '</invoke>\n</minimax:tool_call>',
    content: 'text',
  },
};

const MINIMAX_MARK = ']<]minimax[>[';

export const MINIMAX_M3: CallFormat = {
  name: 'minimax_m3',
  open: [`${MINIMAX_MARK}<tool_call>`],
  close: [`${MINIMAX_MARK}</tool_call>`],
  read: nestedCalls({
    call: { head: /\]<\]minimax\[>\[<invoke\s+name\s*=(?<name>[^<>]+)>/g, close: `${MINIMAX_MARK}</invoke>` },
    tag: /\]<\]minimax\[>\[<(?<slash>\/?)(?<name>[^<>]+)>/g,
  }),
  tag: {
    trigger: `${MINIMAX_MARK}<tool_call>`,
    begin: (name) => `${MINIMAX_MARK}<tool_call>${MINIMAX_MARK}<invoke name="${name}">`,
    end: `${MINIMAX_MARK}</invoke>${MINIMAX_MARK}</tool_call>`,
    content: 'text',
  },
};

export const STEP: CallFormat = {
  name: 'step',
  open: ['<｜tool_calls_begin｜>'],
  close: ['<｜tool_calls_end｜>'],
  read: taggedCalls({
    call: { head: /<steptml:invoke\s+name\s*=(?<name>[^<>]+)>/g, close: '</steptml:invoke>', mayLackClose: true },
    argument: { head: /<steptml:parameter\s+name\s*=(?<key>[^<>]+)>/g, close: '</steptml:parameter>' },
    layout: 'space',
  }),
  unwrapped: { open: ['<steptml:invoke'], close: ['</steptml:invoke>'] },
  tag: {
    trigger: '<｜tool_calls_begin｜>',
    begin: (name) => `<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="${name}">`,
    end: '</steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
    content: 'text',
  },
};

export const MINICPM: CallFormat = {
  name: 'minicpm',
  open: ['<function name=', '<functionname='],
  close: ['</function>'],
  readsOpen: true,
  read: taggedCalls({
    // Decoders lose the space between the tag and the attribute.
    call: { head: /<function ?name\s*=(?<name>[^<>]+)>/g, close: '</function>', mayLackClose: true },
    argument: { head: /<param ?name\s*=(?<key>[^<>]+)>/g, close: '</param>' },
    takesEachOnce: true,
    around: ['<![CDATA[', ']]>'],
    isJsonByDefault: true,
  }),
  tag: {
    trigger: '<function name="',
    begin: (name) => `<function name="${name}">`,
    end: '</function>',
    content: 'text',
  },
};

export const SOLAR: CallFormat = {
  name: 'solar',
  open: ['<|tool_call:start|>'],
  close: ['<|tool_call:end|>'],
  read: taggedCalls({
    call: (body, isClosed) => {
      const name = /^[^\n<]+/.exec(body)?.[0];
      return name === undefined || !isClosed ? [] : [{ name, body: body.slice(name.length) }];
    },
    argument: {
      head: /<\|tool_arg:start\|>(?<key>[^<]*)<\|tool_arg:value\|>/g,
      close: '<|tool_arg:end|>',
    },
  }),
  tag: {
    trigger: '<|tool_call:start|>',
    begin: (name) => `<|tool_call:start|>${name}\n`,
    end: '<|tool_call:end|>',
    content: 'text',
  },
};
