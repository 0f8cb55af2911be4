// Owns the formats in which a call, its name included, is JSON. Which family writes which
// format is in `../profile/families.ts`.

import type { CallFormat } from './call-format.ts';
import { readJsonCalls, readKeyedCalls } from './read-json.ts';

const LLAMA_BARE: NonNullable<CallFormat['bare']> = (name) => [
  `{"name":"${name}"`,
  '{"parameters":{',
  '{"arguments":{',
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

/** xLAM, and models trained on its data. They write a list, and sometimes the marks of other models around it. */
export const JSON_LIST: CallFormat = {
  name: 'json_list',
  open: ['[TOOL_CALLS]', '<tool_call>'],
  trail: ['</tool_call>'],
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
  open: ['<|tool_call|>', '<tool_call>', '<function_call>'],
  read: readJsonCalls,
  tag: {
    trigger: '<|tool_call|>',
    begin: (name) => `<|tool_call|>[{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]',
    content: 'json',
  },
};

/** One object for each mark. */
export const GRANITE_20B: CallFormat = {
  name: 'granite_20b',
  open: ['<function_call>'],
  read: readJsonCalls,
  tag: {
    trigger: '<function_call>',
    begin: (name) => `<function_call> {"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}',
    content: 'json',
  },
};

/** Nemotron Nano v2, whose parser is a file beside the model's weights. */
export const NEMOTRON_JSON: CallFormat = {
  name: 'nemotron_json',
  open: ['<TOOLCALL>'],
  close: ['</TOOLCALL>'],
  read: readJsonCalls,
  tag: {
    trigger: '<TOOLCALL>',
    begin: (name) => `<TOOLCALL>[{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]</TOOLCALL>',
    content: 'json',
  },
};

/** Its answers are blocks that say what they hold: text, thinking or a call. */
export const INKLING: CallFormat = {
  name: 'inkling',
  open: ['<|content_invoke_tool_json|>'],
  close: ['<|end_message|>', '<|content_model_end_sampling|>'],
  read: readJsonCalls,
  drop: ['<|message_model|>', '<|content_text|>', '<|end_message|>', '<|content_model_end_sampling|>'],
  tag: {
    trigger: '<|content_invoke_tool_json|>',
    begin: (name) => `<|content_invoke_tool_json|>{"name": ${JSON.stringify(name)}, "args": `,
    end: '}<|end_message|>',
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
  drop: ['<|START_RESPONSE|>', '<|END_RESPONSE|>', '<|START_TEXT|>', '<|END_TEXT|>'],
  tag: {
    trigger: '<|START_ACTION|>',
    begin: (name, index) =>
      `<|START_ACTION|>[{"tool_call_id": "${index}", "tool_name": ${JSON.stringify(name)}, "parameters": `,
    end: '}]<|END_ACTION|>',
    content: 'json',
  },
};
