// Owns the formats in which the name of the tool comes first and its arguments follow as JSON. Which family writes which
// format is in `../profile/families.ts`.

import { payloadAtOnce } from '../scanner/call-end.ts';
import type { CallFormat } from './call-format.ts';
import type { NamedLead } from './read-json.ts';
import { namedJson, readJsonCalls, severalNamedJson } from './read-json.ts';

const MISTRAL_LEAD = /^\s*(?<name>[\w.-]+)(?:\[CALL_ID\](?<id>\w+))?(?:\[ARGS\])?\s*/;

function mistralLead(text: string): NamedLead | undefined {
  const found = MISTRAL_LEAD.exec(text);
  const { name, id } = found?.groups ?? {};
  return found === null || name === undefined ? undefined : { name, id, length: found[0].length };
}

/** Models with tokenizers before v11 write a list of objects, later ones the name and then the arguments. */
export const MISTRAL: CallFormat = {
  name: 'mistral',
  open: ['[TOOL_CALLS]'],
  findPayload: (text) => {
    const lead = mistralLead(text);
    if (lead === undefined) return payloadAtOnce(text);
    const rest = text.slice(lead.length).trimStart();
    if (rest.startsWith('{')) return text.length - rest.length;
    return ['', '[CALL_ID]', '[ARGS]'].some((mark) => mark.startsWith(rest)) ? 'more' : undefined;
  },
  bare: (name) => [`[{"name":"${name}"`],
  read: (body, isClosed) =>
    /^\s*[[{]/.test(body) ? readJsonCalls(body, isClosed) : namedJson(mistralLead)(body, isClosed),
  tag: { trigger: '[TOOL_CALLS]', begin: (name) => `[TOOL_CALLS]${name}`, end: '', content: 'json' },
};

export const MISTRAL_LIST: CallFormat = {
  ...MISTRAL,
  name: 'mistral_list',
  tag: {
    trigger: '[TOOL_CALLS]',
    begin: (name) => `[TOOL_CALLS] [{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]',
    content: 'json',
  },
};

/** The formats of V3 and R1 (with a code fence) and of V3.1. */
const DEEPSEEK: CallFormat = {
  name: 'deepseek',
  open: ['<｜tool▁calls▁begin｜>'],
  close: ['<｜tool▁calls▁end｜>'],
  read: severalNamedJson(
    {
      head: /<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?(?<name>[^\n<]+)(?:<｜tool▁sep｜>|\n```(?:json)?\n)/g,
      close: '<｜tool▁call▁end｜>',
      next: '<｜tool▁call▁begin｜>',
    },
    '\n```',
  ),
  unwrapped: { open: ['<｜tool▁call▁begin｜>'], close: ['<｜tool▁call▁end｜>'] },
};

export const DEEPSEEK_V3: CallFormat = {
  ...DEEPSEEK,
  name: 'deepseek_v3',
  tag: {
    trigger: '<｜tool▁calls▁begin｜>',
    begin: (name) => `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n`,
    end: '\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    content: 'json',
  },
};

export const DEEPSEEK_V31: CallFormat = {
  ...DEEPSEEK,
  name: 'deepseek_v31',
  tag: {
    trigger: '<｜tool▁calls▁begin｜>',
    begin: (name) => `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>${name}<｜tool▁sep｜>`,
    end: '<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    content: 'json',
  },
};

/** The model writes its own ids, such as `functions.get_weather:0`, and gets confused when the history has other ones. */
export const KIMI_K2: CallFormat = {
  name: 'kimi_k2',
  open: ['<|tool_calls_section_begin|>'],
  close: ['<|tool_calls_section_end|>'],
  read: severalNamedJson({
    head: /<\|tool_call_begin\|>\s*(?<id>(?:functions\.)?(?<name>[\w.-]+):\d+)\s*<\|tool_call_argument_begin\|>/g,
    close: '<|tool_call_end|>',
    next: '<|tool_call_begin|>',
  }),
  unwrapped: { open: ['<|tool_call_begin|>'], close: ['<|tool_call_end|>'] },
  tag: {
    trigger: '<|tool_calls_section_begin|>',
    begin: (name, index) =>
      `<|tool_calls_section_begin|><|tool_call_begin|>functions.${name}:${index}<|tool_call_argument_begin|>`,
    end: '<|tool_call_end|><|tool_calls_section_end|>',
    content: 'json',
  },
};

/** The marks are ordinary tokens to the tokenizer. */
export const PLAMO: CallFormat = {
  name: 'plamo',
  open: ['<|plamo:begin_tool_requests:plamo|>'],
  close: ['<|plamo:end_tool_requests:plamo|>'],
  read: severalNamedJson({
    head: /<\|plamo:begin_tool_name:plamo\|>(?<name>[^<]+)<\|plamo:end_tool_name:plamo\|>\s*<\|plamo:begin_tool_arguments:plamo\|>(?:<\|plamo:constrain\|>json<\|plamo:msg\|>)?/g,
    close: '<|plamo:end_tool_arguments:plamo|>',
    next: '<|plamo:begin_tool_name:plamo|>',
  }),
  drop: ['<|plamo:tag|>'],
  tag: {
    trigger: '<|plamo:begin_tool_requests:plamo|>',
    begin: (name) =>
      `<|plamo:begin_tool_requests:plamo|><|plamo:begin_tool_request:plamo|><|plamo:begin_tool_name:plamo|>${name}` +
      '<|plamo:end_tool_name:plamo|><|plamo:begin_tool_arguments:plamo|><|plamo:constrain|>json<|plamo:msg|>',
    end: '<|plamo:end_tool_arguments:plamo|><|plamo:end_tool_request:plamo|><|plamo:end_tool_requests:plamo|>',
    content: 'json',
  },
};

/** How much may stand between the name and the arguments. */
const MAX_HARMONY_GAP = 120;

function harmonyLead(text: string): NamedLead | 'more' | undefined {
  const name = /^[\w-]*/.exec(text)?.[0] ?? '';
  const gap = text.slice(name.length, name.length + MAX_HARMONY_GAP + 1).indexOf('{');
  if (gap >= 0) return name === '' ? undefined : { name, length: name.length + gap };
  return text.length - name.length > MAX_HARMONY_GAP ? undefined : 'more';
}

/** `<|call|>` is a stop token and rarely reaches the text. Where special tokens are skipped, a call begins with one of the last two marks. */
export const HARMONY: CallFormat = {
  name: 'harmony',
  open: [
    '<|start|>assistant<|channel|>commentary to=functions.',
    '<|channel|>commentary to=functions.',
    '<|start|>assistant to=functions.',
    'assistantcommentary to=functions.',
    'commentary to=functions.',
  ],
  findPayload: (text) => {
    const lead = harmonyLead(text);
    return lead === 'more' ? 'more' : lead?.length;
  },
  read: namedJson((body) => {
    const lead = harmonyLead(body);
    return lead === 'more' ? undefined : lead;
  }),
  trail: ['<|call|>'],
  tag: {
    trigger: '<|channel|>commentary to=functions.',
    begin: (name) => `<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>`,
    end: '<|call|>',
    content: 'json',
  },
};
