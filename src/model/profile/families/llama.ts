// Owns the data about Meta's models and what others made from them.

import { MUSE as MUSE_CALLS } from '../../format/invoke-formats.ts';
import { JSON_LIST, LLAMA_JSON, NEMOTRON_JSON } from '../../format/json-formats.ts';
import { PYTHONIC } from '../../format/literal-formats.ts';
import { FUNCTION_XML, QWEN_XML } from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TEMPLATE, BY_TESTS, PLAIN, THINKS, THINKS_FROM_PROMPT } from './base.ts';

const MUSE = {
  ...THINKS,
  thinking: 'effort',
  format: MUSE_CALLS,
  delimiters: {
    open: 'to=self<|message|>',
    close: '<|eom|>',
    areTokens: true,
    closesOthers: true,
    answer: { open: ['to=user<|message|>', 'to=commentary<|message|>'], close: ['<|eot|>', '<|eom|>'] },
    drop: ['<|start|>assistant'],
  },
  checked: BY_TESTS,
} as const;

const NEMOTRON_3 = {
  toolParser: 'qwen3_coder',
  reasoningParser: 'nemotron_v3',
  format: QWEN_XML,
  alsoWrites: [FUNCTION_XML],
  checked: BY_TESTS,
} as const;

/** Named after the model that they were made from, so they come before it. */
export const FROM_LLAMA: readonly Profile[] = [
  {
    ...THINKS,
    name: 'Hermes 4',
    match: /hermes-?4/,
    reasoningParser: 'qwen3',
    thinking: 'thinking',
    thinksUnasked: false,
  },
  { ...PLAIN, name: 'Hermes', match: /hermes/, checked: BY_TEMPLATE },
  {
    ...THINKS_FROM_PROMPT,
    ...NEMOTRON_3,
    name: 'Nemotron 3',
    match: /nemotron[-_]?3|nemotron-(?:nano|super|ultra)-3/,
  },
  {
    ...THINKS,
    name: 'Nemotron Nano 2',
    match: /nemotron-nano[\w.-]{0,24}v2/,
    toolParser: 'nemotron_json',
    needs: { toolPlugin: 'nemotron_toolcall_parser_no_streaming.py' },
    format: NEMOTRON_JSON,
    thinking: 'always',
  },
  {
    ...THINKS,
    name: 'Nemotron',
    match: /nemotron/,
    toolParser: 'llama3_json',
    format: LLAMA_JSON,
    thinking: 'both',
    thinksUnasked: 'unknown',
    checked: ['guess'],
  },
  {
    ...PLAIN,
    name: 'xLAM',
    match: /xlam/,
    toolParser: 'xlam',
    needs: {
      chatTemplate: 'examples/tool_chat_template_xlam_qwen.jinja',
      note: 'Models made from Llama take examples/tool_chat_template_xlam_llama.jinja.',
    },
    format: JSON_LIST,
    checked: BY_TEMPLATE,
  },
  {
    ...PLAIN,
    name: 'ToolACE',
    match: /toolace/,
    toolParser: 'pythonic',
    needs: { chatTemplate: 'examples/tool_chat_template_toolace.jinja' },
    format: PYTHONIC,
    alsoWrites: [LLAMA_JSON],
    checked: BY_TEMPLATE,
  },
];

export const LLAMA: readonly Profile[] = [
  {
    ...PLAIN,
    name: 'Llama 4',
    match: /llama-?v?4|llama[-_]guard-4/,
    toolParser: 'llama4_pythonic',
    needs: { chatTemplate: 'examples/tool_chat_template_llama4_pythonic.jinja' },
    format: PYTHONIC,
    checked: BY_TEMPLATE,
  },
  {
    ...PLAIN,
    name: 'Llama 3.2 small',
    match: /llama-?v?3[._-]2-(?:1|3)b/,
    toolParser: 'pythonic',
    needs: { chatTemplate: 'examples/tool_chat_template_llama3.2_pythonic.jinja' },
    format: PYTHONIC,
    alsoWrites: [LLAMA_JSON],
    checked: BY_TEMPLATE,
  },
  {
    ...PLAIN,
    name: 'Llama 3',
    match: /llama-?v?3(?!\d*b)/,
    toolParser: 'llama3_json',
    needs: { chatTemplate: 'examples/tool_chat_template_llama3.1_json.jinja' },
    format: LLAMA_JSON,
    rules: ['one_call_a_message'],
    checked: BY_TEMPLATE,
  },
  {
    ...MUSE,
    name: 'Muse Glimmer',
    match: /muse[-_]?glimmer/,
    toolParser: 'muse_glimmer',
    reasoningParser: 'muse_glimmer',
  },
  {
    ...MUSE,
    name: 'Muse Spark',
    match: /muse[-_]?spark/,
    toolParser: 'muse',
    reasoningParser: 'muse',
  },
];
