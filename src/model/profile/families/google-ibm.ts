// Owns the data about Google's and IBM's models.

import { GRANITE, GRANITE_20B } from '../../format/json-formats.ts';
import { FUNCTION_GEMMA, GEMMA, PYTHONIC } from '../../format/literal-formats.ts';
import { FUNCTION_XML, QWEN_XML } from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TEMPLATE, BY_TESTS, PLAIN, THINKS, THINKS_FROM_PROMPT } from './base.ts';

export const GOOGLE: readonly Profile[] = [
  {
    ...PLAIN,
    name: 'FunctionGemma',
    match: /function-?gemma/,
    toolParser: 'functiongemma',
    needs: { chatTemplate: 'examples/tool_chat_template_functiongemma.jinja' },
    format: FUNCTION_GEMMA,
    checked: BY_TEMPLATE,
  },
  {
    ...THINKS,
    name: 'Gemma 4',
    match: /gemma-?4(?!\d*b)|diffusion-?gemma/,
    toolParser: 'gemma4',
    reasoningParser: 'gemma4',
    format: GEMMA,
    thinksUnasked: false,
    delimiters: {
      open: '<|channel>thought\n',
      close: '<channel|>',
      alsoOpen: ['<|channel>'],
      areTokens: true,
      label: 'thought\n',
    },
    checked: BY_TEMPLATE,
  },
  {
    ...PLAIN,
    name: 'Gemma',
    match: /gemma/,
    toolParser: 'pythonic',
    needs: { chatTemplate: 'examples/tool_chat_template_gemma3_pythonic.jinja' },
    format: PYTHONIC,
    rules: ['no_user_after_tool'],
    checked: BY_TEMPLATE,
  },
];

export const IBM: readonly Profile[] = [
  {
    ...THINKS_FROM_PROMPT,
    name: 'Granite 4.2',
    match: /granite-?4[._][2-9]/,
    toolParser: 'qwen3_coder',
    reasoningParser: 'granite_thinking_parser',
    format: QWEN_XML,
    alsoWrites: [FUNCTION_XML],
    checked: BY_TESTS,
  },
  { ...PLAIN, name: 'Granite 4', match: /granite-?4/, toolParser: 'granite4', checked: BY_TESTS },
  {
    ...PLAIN,
    name: 'Granite 20B function calling',
    match: /granite-20b-f/,
    toolParser: 'granite-20b-fc',
    needs: { chatTemplate: 'examples/tool_chat_template_granite_20b_fc.jinja' },
    format: GRANITE_20B,
    checked: BY_TEMPLATE,
  },
  {
    ...PLAIN,
    name: 'Granite',
    match: /granite/,
    toolParser: 'granite',
    reasoningParser: 'granite',
    format: GRANITE,
    thinking: 'thinking',
    delimiters: {
      open: 'Here is my thought process:',
      close: 'Here is my response:',
      alsoOpen: ["Here's my thought process:"],
      alsoClose: ["Here's my response:"],
    },
    checked: BY_TEMPLATE,
  },
];
