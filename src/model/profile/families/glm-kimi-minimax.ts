// Owns the data about GLM, Kimi and MiniMax, and the models that write like GLM.

import { KIMI_K2 } from '../../format/named-formats.ts';
import { KIMI_K3, MINIMAX_M2, MINIMAX_M3 } from '../../format/tag-formats.ts';
import { GLM } from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TESTS, PLAIN, THINKS, THINKS_FROM_PROMPT } from './base.ts';

const GLM_47 = {
  ...THINKS_FROM_PROMPT,
  toolParser: 'glm47',
  reasoningParser: 'glm47',
  format: GLM,
  replay: { clear_thinking: false },
  checked: BY_TESTS,
} as const;

const KIMI = { ...THINKS_FROM_PROMPT, thinking: 'thinking', ids: 'kimi', checked: BY_TESTS } as const;

const ZHIPU: readonly Profile[] = [
  { ...PLAIN, name: 'GLM 4', match: /glm-?4-?(?:9b|32b|0414)|chatglm/, toolParser: undefined, checked: ['guess'] },
  { ...GLM_47, name: 'GLM 5.3 and later', match: /glm-?(?:5[._][3-9]|[6-9])/, thinking: 'always' },
  { ...GLM_47, name: 'GLM 4.7 and later', match: /glm-?(?:4[._][7-9]|5)|macaron-v1|recursivesi\/flint/ },
  {
    ...THINKS,
    name: 'GLM 4.5',
    match: /glm-?(?:4|ga\b)|glyph/,
    toolParser: 'glm45',
    reasoningParser: 'glm45',
    format: GLM,
    checked: BY_TESTS,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'Ling 3',
    match: /\bling-?3(?!\d*b)/,
    toolParser: 'ling3',
    reasoningParser: 'ling3',
    format: GLM,
    checked: BY_TESTS,
  },
];

const MOONSHOT: readonly Profile[] = [
  {
    ...KIMI,
    name: 'Kimi K3',
    match: /kimi[-_]?k3/,
    toolParser: 'kimi_k3',
    reasoningParser: 'kimi_k3',
    format: KIMI_K3,
    delimiters: {
      open: '<|open|>think<|sep|>',
      close: '<|close|>think<|sep|>',
      areTokens: true,
      answer: { open: ['<|open|>response<|sep|>'], close: ['<|close|>response<|sep|>'] },
      drop: ['<|close|>message<|sep|>'],
    },
  },
  {
    ...PLAIN,
    name: 'Kimi K2 Instruct',
    match: /kimi[-_](?:k2-instruct|linear|dev)/,
    toolParser: 'kimi_k2',
    format: KIMI_K2,
    ids: 'kimi',
    checked: BY_TESTS,
  },
  { ...KIMI, name: 'Kimi K2', match: /kimi/, toolParser: 'kimi_k2', reasoningParser: 'kimi_k2', format: KIMI_K2 },
];

const MINIMAX: readonly Profile[] = [
  {
    ...THINKS,
    name: 'MiniMax M3',
    match: /minimax-?m3|\bmm-m3/,
    toolParser: 'minimax_m3',
    reasoningParser: 'minimax_m3',
    format: MINIMAX_M3,
    thinking: 'thinking_mode',
    delimiters: { open: '<mm:think>', close: '</mm:think>', areTokens: true },
    checked: BY_TESTS,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'MiniMax M2',
    match: /minimax-?m2|\bmm-m2/,
    toolParser: 'minimax_m2',
    reasoningParser: 'minimax_m2',
    format: MINIMAX_M2,
    thinking: 'always',
    checked: BY_TESTS,
  },
];

export const GLM_KIMI_MINIMAX: readonly Profile[] = [...ZHIPU, ...MOONSHOT, ...MINIMAX];
