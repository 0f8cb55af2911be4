// Owns the formats in which models write calls, as data, read as vLLM's parsers read them.
// https://docs.vllm.ai/en/latest/features/tool_calling/
// Which family writes which format is in `../profile/families.ts`.

import { payloadAtOnce } from '../scanner/call-end.ts';
import type { CallFormat } from './call-format.ts';
import { elementsOf } from './elements.ts';
import { gemmaCalls } from './read-gemma.ts';
import type { NamedLead } from './read-json.ts';
import { namedJson, readJsonCalls, readKeyedCalls, severalNamedJson } from './read-json.ts';
import { PYTHON_QUOTES, readPythonCalls } from './read-python.ts';
import type { NamedBody } from './read-tags.ts';
import { INVOKE, nestedCalls, taggedCalls } from './read-tags.ts';

const FUNCTION_TAGS = taggedCalls({
  call: { head: /<function=(?:(?<name>[^>\s]+)>|[^>\s]*)/g, close: '</function>', mayLackClose: true },
  argument: {
    head: /<parameter=(?:(?<key>[^>]+)>|[^>]*)/g,
    close: '</parameter>',
    next: '<parameter=',
    mayLackClose: true,
  },
});

const INVOKE_TAGS = taggedCalls({
  call: INVOKE,
  argument: { head: /<parameter name="(?<key>[^"]+)">/g, close: '</parameter>' },
});

const KEY_VALUE_TAGS = taggedCalls({
  call: keyValueCall,
  argument: { head: /<arg_key>(?<key>[^<]*)<\/arg_key>\s*<arg_value>/g, close: '</arg_value>' },
});

/** The name, perhaps a separator, and then nothing or tags. */
function keyValueCall(body: string): readonly NamedBody[] {
  const text = without(body.trim(), '<tool_call>').trimStart();
  const name = /^[^\s<]+/.exec(text)?.[0];
  if (name === undefined) return [];
  const tags = without(text.slice(name.length), '<tool_sep>').trimStart();
  return tags === '' || tags.startsWith('<arg_key>') ? [{ name, body: tags }] : [];
}

function without(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : text;
}

/** Hermes and Qwen, Granite 4, Qwen3-Coder and GLM all write between the same marks. */
const TOOL_CALL: CallFormat = {
  name: 'tool_call',
  open: ['<tool_call>'],
  close: ['</tool_call>'],
  read: (body) => {
    if (body.includes('<function=')) return FUNCTION_TAGS(body);
    return /^\s*[[{"]/.test(body) ? readJsonCalls(body) : KEY_VALUE_TAGS(body);
  },
};

export const HERMES: CallFormat = {
  ...TOOL_CALL,
  name: 'hermes',
  tag: {
    trigger: '<tool_call>',
    begin: (name) => `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}\n</tool_call>',
    content: 'json',
  },
};

export const QWEN_XML: CallFormat = {
  ...TOOL_CALL,
  name: 'qwen_xml',
  tag: {
    trigger: '<tool_call>',
    begin: (name) => `<tool_call>\n<function=${name}>\n`,
    end: '\n</function>\n</tool_call>',
    content: 'qwen_xml',
  },
};

/** Qwen3-Coder sometimes omits the outer mark. */
export const FUNCTION_XML: CallFormat = {
  name: 'function_xml',
  open: ['<function='],
  close: ['</function>'],
  readsOpen: true,
  read: FUNCTION_TAGS,
  trail: ['</tool_call>'],
};

export const GLM: CallFormat = {
  ...TOOL_CALL,
  name: 'glm',
  tag: { trigger: '<tool_call>', begin: (name) => `<tool_call>${name}\n`, end: '</tool_call>', content: 'text' },
};

export const SEED: CallFormat = {
  name: 'seed',
  open: ['<seed:tool_call>'],
  close: ['</seed:tool_call>'],
  read: FUNCTION_TAGS,
  tag: {
    trigger: '<seed:tool_call>',
    begin: (name) => `<seed:tool_call>\n<function=${name}>\n`,
    end: '\n</function>\n</seed:tool_call>',
    content: 'qwen_xml',
  },
};

/** Between these marks MiniMax M1 and Jamba write JSON, Hunyuan a list, and Hunyuan 3 calls with keys and values. */
export const TOOL_CALLS: CallFormat = {
  name: 'tool_calls',
  open: ['<tool_calls>'],
  close: ['</tool_calls>'],
  read: (body) => {
    if (!body.includes('<tool_call>')) return readJsonCalls(body);
    const calls = elementsOf(body, { head: /<tool_call>/g, close: '</tool_call>' }).map(({ inner }) =>
      KEY_VALUE_TAGS(inner),
    );
    return calls.every(Array.isArray) ? calls.flat() : undefined;
  },
  tag: {
    trigger: '<tool_calls>',
    begin: (name) => `<tool_calls>[{"name": ${JSON.stringify(name)}, "arguments": `,
    end: '}]</tool_calls>',
    content: 'json',
  },
};

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

export const PYTHONIC: CallFormat = {
  name: 'pythonic',
  open: ['<|python_start|>'],
  bare: (name) => [`[${name}(`],
  read: readPythonCalls,
  quotes: PYTHON_QUOTES,
  trail: ['<|python_end|>', '<|eom_id|>'],
  tag: { trigger: (name) => `[${name}(`, begin: (name) => `[${name}(`, end: ')]', content: 'python' },
};

export const LFM2: CallFormat = {
  name: 'lfm2',
  open: ['<|tool_call_start|>'],
  close: ['<|tool_call_end|>'],
  read: readPythonCalls,
  quotes: PYTHON_QUOTES,
  tag: {
    trigger: '<|tool_call_start|>',
    begin: (name) => `<|tool_call_start|>[${name}(`,
    end: ')]<|tool_call_end|>',
    content: 'python',
  },
};

export const OLMO: CallFormat = {
  name: 'olmo',
  open: ['<function_calls>'],
  close: ['</function_calls>'],
  read: readPythonCalls,
  quotes: PYTHON_QUOTES,
  tag: {
    trigger: '<function_calls>',
    begin: (name) => `<function_calls>\n${name}(`,
    end: ')\n</function_calls>',
    content: 'python',
  },
};

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
  read: (body) => (/^\s*[[{]/.test(body) ? readJsonCalls(body) : namedJson(mistralLead)(body)),
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
    },
    '\n```',
  ),
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

const DSML: CallFormat = {
  name: 'dsml',
  open: ['<｜DSML｜function_calls>', '<｜DSML｜tool_calls>'],
  close: ['</｜DSML｜function_calls>', '</｜DSML｜tool_calls>'],
  read: taggedCalls({
    call: { head: /<｜DSML｜invoke name="(?<name>[^"]+)">/g, close: '</｜DSML｜invoke>' },
    argument: {
      head: /<｜DSML｜parameter name="(?<key>[^"]+)"(?: string="(?:(?<text>true)|(?<json>false))")?>/g,
      close: '</｜DSML｜parameter>',
    },
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

/** The model writes its own ids, such as `functions.get_weather:0`, and gets confused when the history has other ones. */
export const KIMI_K2: CallFormat = {
  name: 'kimi_k2',
  open: ['<|tool_calls_section_begin|>'],
  close: ['<|tool_calls_section_end|>'],
  read: severalNamedJson({
    head: /<\|tool_call_begin\|>\s*(?<id>(?:functions\.)?(?<name>[\w.-]+):\d+)\s*<\|tool_call_argument_begin\|>/g,
    close: '<|tool_call_end|>',
  }),
  tag: {
    trigger: '<|tool_calls_section_begin|>',
    begin: (name, index) =>
      `<|tool_calls_section_begin|><|tool_call_begin|>functions.${name}:${index}<|tool_call_argument_begin|>`,
    end: '<|tool_call_end|><|tool_calls_section_end|>',
    content: 'json',
  },
};

export const KIMI_K3: CallFormat = {
  name: 'kimi_k3',
  open: ['<|open|>tools<|sep|>'],
  close: ['<|close|>tools<|sep|>'],
  read: taggedCalls({
    call: kimiK3Calls,
    argument: {
      head: /<\|open\|>argument key="(?<key>[^"]*)" type="(?:(?<text>string)|(?<json>[^"]*))"<\|sep\|>/g,
      close: '<|close|>argument<|sep|>',
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
  const syntax = { head: /<\|open\|>call\s(?<attributes>[^<]*)<\|sep\|>/g, close: '<|close|>call<|sep|>' };
  return elementsOf(body, syntax).flatMap(({ groups, inner }) => {
    const name = /tool="([^"]*)"/.exec(groups.attributes ?? '')?.[1];
    return name === undefined ? [] : [{ name, body: inner }];
  });
}

export const MINIMAX_M2: CallFormat = {
  name: 'minimax_m2',
  open: ['<minimax:tool_call>'],
  close: ['</minimax:tool_call>'],
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
  read: nestedCalls(MINIMAX_MARK),
  tag: {
    trigger: `${MINIMAX_MARK}<tool_call>`,
    begin: (name) => `${MINIMAX_MARK}<tool_call>${MINIMAX_MARK}<invoke name="${name}">`,
    end: `${MINIMAX_MARK}</invoke>${MINIMAX_MARK}</tool_call>`,
    content: 'text',
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

export const GEMMA: CallFormat = {
  name: 'gemma',
  open: ['<|tool_call>'],
  close: ['<tool_call|>'],
  read: gemmaCalls('<|"|>'),
  quotes: ['<|"|>'],
  tag: { trigger: '<|tool_call>', begin: (name) => `<|tool_call>call:${name}{`, end: '}<tool_call|>', content: 'text' },
};

export const FUNCTION_GEMMA: CallFormat = {
  name: 'function_gemma',
  open: ['<start_function_call>'],
  close: ['<end_function_call>'],
  read: gemmaCalls('<escape>'),
  quotes: ['<escape>'],
  tag: {
    trigger: '<start_function_call>',
    begin: (name) => `<start_function_call>call:${name}{`,
    end: '}<end_function_call>',
    content: 'text',
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

export const STEP: CallFormat = {
  name: 'step',
  open: ['<｜tool_calls_begin｜>'],
  close: ['<｜tool_calls_end｜>'],
  read: taggedCalls({
    call: { head: /<steptml:invoke name="(?<name>[^"]+)">/g, close: '</steptml:invoke>' },
    argument: { head: /<steptml:parameter name="(?<key>[^"]+)">/g, close: '</steptml:parameter>' },
  }),
  tag: {
    trigger: '<｜tool_calls_begin｜>',
    begin: (name) => `<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="${name}">`,
    end: '</steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
    content: 'text',
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

export const MINICPM: CallFormat = {
  name: 'minicpm',
  open: ['<function name="'],
  close: ['</function>'],
  readsOpen: true,
  read: taggedCalls({
    call: { head: /<function name="(?<name>[^"]+)">/g, close: '</function>', mayLackClose: true },
    argument: { head: /<param name="(?<key>[^"]+)">/g, close: '</param>' },
    around: ['<![CDATA[', ']]>'],
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
    call: (body) => {
      const name = /^[^\n<]+/.exec(body)?.[0];
      return name === undefined ? [] : [{ name, body: body.slice(name.length) }];
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

/**
 * The formats whose marks occur in no other text: they are looked for where the family is unknown. Formats without marks, or whose marks
 * are ordinary words, are looked for only with their own family.
 */
export const MARKED_FORMATS: readonly CallFormat[] = [
  HERMES,
  FUNCTION_XML,
  SEED,
  TOOL_CALLS,
  { ...LLAMA_JSON, bare: () => [] },
  { ...PYTHONIC, bare: () => [] },
  LFM2,
  OLMO,
  MISTRAL,
  DEEPSEEK_V31,
  DEEPSEEK_V4,
  KIMI_K2,
  KIMI_K3,
  MINIMAX_M2,
  MINIMAX_M3,
  { ...HARMONY, open: HARMONY.open.filter((mark) => mark.startsWith('<')) },
  GEMMA,
  FUNCTION_GEMMA,
  GRANITE,
  INTERNLM,
  LONGCAT,
  STEP,
  APERTUS,
  COHERE,
  MINICPM,
  SOLAR,
];

/** Tokens that end an answer. They reach the text where special tokens are not skipped. */
export const END_MARKS: CallFormat = {
  name: 'end_marks',
  open: [],
  read: () => undefined,
  drop: [
    '<|im_end|>',
    '<|eot_id|>',
    '<|endoftext|>',
    '<|end_of_text|>',
    '<｜end▁of▁sentence｜>',
    '</s>',
    '<turn|>',
    '<end_of_turn>',
    '<|return|>',
  ],
};
