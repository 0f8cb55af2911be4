// Owns the formats in which a call, its name included, is JSON. Which family writes which
// format is in `../profile/families.ts`.

import type { CallFormat } from './call-format.ts';
import { readJsonCalls, readKeyedCalls } from './read-json.ts';

const LLAMA_BARE: NonNullable<CallFormat['bare']> = (name) => [
  `{"name":"${name}"`,
  `{"type":"function","name":"${name}"`,
  `{"type":"function","function":"${name}"`,
];

export const LLAMA_JSON: CallFormat = {
  name: 'llama_json',
  open: ['<|python_tag|>'],
  bare: LLAMA_BARE,
  read: readJsonCalls,
  trail: ['<|eom_id|>'],
  tag: {
    trigger: '{"name": "',
    begin: (name) => `{"name": ${JSON.stringify(name)}, "parameters": `,
    end: '}',
    content: 'json',
  },
};

/** xLAM, and models trained on its data. */
export const JSON_LIST: CallFormat = {
  name: 'json_list',
  open: [],
  bare: (name) => [`[{"name":"${name}"`, `{"name":"${name}"`],
  read: readJsonCalls,
  tag: {
    trigger: '[{"name": "',
    begin: (name) => `[{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]',
    content: 'json',
  },
};

export const GRANITE: CallFormat = {
  name: 'granite',
  open: ['<|tool_call|>', '<function_call>'],
  read: readJsonCalls,
  tag: {
    trigger: '<|tool_call|>',
    begin: (name) => `<|tool_call|>[{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]',
    content: 'json',
  },
};

export const INTERNLM: CallFormat = {
  name: 'internlm',
  open: ['<|action_start|><|plugin|>', '<|action_start|> <|plugin|>'],
  close: ['<|action_end|>'],
  read: readJsonCalls,
  tag: {
    trigger: '<|action_start|>',
    begin: (name) => `<|action_start|><|plugin|>{"name": ${JSON.stringify(name)}, "parameters": `,
    end: '}<|action_end|>',
    content: 'json',
  },
};

export const PHI: CallFormat = {
  name: 'phi',
  open: ['functools'],
  findPayload: (text) => (text === '' ? 'more' : text.startsWith('[') ? 0 : undefined),
  read: readJsonCalls,
  tag: {
    trigger: 'functools[',
    begin: (name) => `functools[{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]',
    content: 'json',
  },
};

export const LONGCAT: CallFormat = {
  name: 'longcat',
  open: ['<longcat_tool_call>'],
  close: ['</longcat_tool_call>'],
  read: readJsonCalls,
  tag: {
    trigger: '<longcat_tool_call>',
    begin: (name) => `<longcat_tool_call>{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}</longcat_tool_call>',
    content: 'json',
  },
};

export const APERTUS: CallFormat = {
  name: 'apertus',
  open: ['<|tools_prefix|>'],
  close: ['<|tools_suffix|>'],
  read: readKeyedCalls,
  tag: {
    trigger: '<|tools_prefix|>',
    begin: (name) => `<|tools_prefix|>[{${JSON.stringify(name)}: `,
    end: '}]<|tools_suffix|>',
    content: 'json',
  },
};

export const GIGACHAT: CallFormat = {
  name: 'gigachat',
  open: ['function call<|role_sep|>', '<|function_call|>'],
  read: readJsonCalls,
  tag: {
    trigger: '<|function_call|>',
    begin: (name) => `<|function_call|>{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}',
    content: 'json',
  },
};

export const COHERE: CallFormat = {
  name: 'cohere',
  open: ['<|START_ACTION|>'],
  close: ['<|END_ACTION|>'],
  read: readJsonCalls,
  tag: {
    trigger: '<|START_ACTION|>',
    begin: (name, index) =>
      `<|START_ACTION|>[{"tool_call_id": "${index}", "tool_name": ${JSON.stringify(name)}, "parameters": `,
    end: '}]<|END_ACTION|>',
    content: 'json',
  },
};
