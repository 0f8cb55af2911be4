// Owns the data about Qwen and the models that were made from it.

import { FUNCTION_XML, QWEN_XML } from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TEMPLATE, BY_TESTS, PLAIN, THINKS, THINKS_FROM_PROMPT } from './base.ts';

const CODER = { toolParser: 'qwen3_coder', format: QWEN_XML, alsoWrites: [FUNCTION_XML] } as const;

export const QWEN: readonly Profile[] = [
  {
    ...PLAIN,
    ...CODER,
    name: 'Qwen3-Coder',
    match: /qwen-?3[\w.-]{0,64}coder/,
    delimiters: THINKS.delimiters,
    checked: BY_TEMPLATE,
  },
  {
    ...THINKS_FROM_PROMPT,
    ...CODER,
    name: 'Qwen3.5 and later',
    match: /qwen-?3[._][5-9]|qwen-?[4-9](?!\d*b)/,
    reasoningParser: 'qwen3',
    replay: { preserve_thinking: true },
    checked: BY_TESTS,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'Qwen3 Thinking',
    match: /qwen-?3[\w.-]{0,64}thinking/,
    reasoningParser: 'deepseek_r1',
    thinking: 'always',
    checked: BY_TESTS,
  },
  { ...PLAIN, name: 'Qwen3 Instruct', match: /qwen-?3[\w.-]{0,64}instruct/, checked: BY_TESTS },
  { ...THINKS, name: 'Qwen3', match: /qwen-?3/, reasoningParser: 'qwen3', checked: BY_TESTS },
  {
    ...THINKS_FROM_PROMPT,
    name: 'QwQ',
    match: /\bqwq/,
    reasoningParser: 'deepseek_r1',
    thinking: 'always',
    checked: BY_TESTS,
  },
  { ...PLAIN, name: 'Qwen2.5', match: /qwen-?2/, checked: ['parser', 'tests', 'model', 'docs'] },
];

/** Made from other models, or made to write what Qwen writes: their names say nothing of it. */
export const LIKE_QWEN: readonly Profile[] = [
  {
    ...THINKS,
    ...CODER,
    name: 'Intern-S2',
    match: /interns-?2|intern-s2/,
    reasoningParser: 'qwen3',
  },
  {
    ...THINKS_FROM_PROMPT,
    ...CODER,
    name: 'Trinity Thinking',
    match: /trinity[\w.-]{0,64}thinking/,
    reasoningParser: 'deepseek_r1',
    thinking: 'always',
  },
  {
    ...THINKS,
    name: 'Mellum2 Thinking',
    match: /mellum-?2[\w.-]{0,64}thinking/,
    reasoningParser: 'qwen3',
    thinking: 'always',
  },
  { ...PLAIN, name: 'Mellum2', match: /mellum/ },
  {
    ...THINKS_FROM_PROMPT,
    name: 'Param2 Thinking',
    match: /param-?2[\w.-]{0,64}thinking/,
    reasoningParser: 'qwen3',
  },
  {
    ...THINKS,
    name: 'Holo2',
    match: /holo-?2/,
    reasoningParser: 'holo2',
    thinking: 'both',
    checked: BY_TESTS,
  },
  {
    ...THINKS,
    name: 'Kolibri',
    match: /kolibri/,
    reasoningParser: 'qwen3',
    needs: {
      note: 'The checkpoint describes its own format: `--tool-call-parser hf --reasoning-parser hf` read it too, but refuse strict tools and forced calls.',
    },
  },
  {
    ...THINKS_FROM_PROMPT,
    ...CODER,
    name: 'MiniCPM-V 4.6 Thinking',
    match: /minicpm-?v-?4[._][6-9][\w.-]{0,64}thinking/,
    reasoningParser: 'minicpmv',
    delimiters: {
      ...THINKS.delimiters,
      drop: ['<|im_end|>', ...[12, 13, 14, 15].flatMap((n) => [`<reserved_${n}>`, `<|reserved_${n}|>`])],
    },
    checked: BY_TESTS,
  },
  {
    ...PLAIN,
    ...CODER,
    name: 'MiniCPM-V 4.6',
    match: /minicpm-?v-?4[._][6-9]/,
  },
];
