// Owns the data about the models of Chinese laboratories that have parsers of their own in vLLM, DeepSeek and Qwen aside.

import { DOTS } from '../../format/invoke-formats.ts';
import { INTERNLM, LONGCAT } from '../../format/json-formats.ts';
import { HY } from '../../format/key-value-formats.ts';
import { KIMI_K2 } from '../../format/named-formats.ts';
import { KIMI_K3, MINICPM, MINIMAX_M2, MINIMAX_M3, STEP } from '../../format/tag-formats.ts';
import { ERNIE, FUNCTION_XML, GLM, QWEN_XML, SEED, TOOL_CALLS } from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TEMPLATE, BY_TESTS, PLAIN, THINKS, THINKS_FROM_PROMPT } from './base.ts';

const XML = { format: QWEN_XML, alsoWrites: [FUNCTION_XML], checked: BY_TESTS } as const;

const GLM_47 = {
  ...THINKS_FROM_PROMPT,
  toolParser: 'glm47',
  reasoningParser: 'glm47',
  format: GLM,
  replay: { clear_thinking: false },
  checked: BY_TESTS,
} as const;

const KIMI = { ...THINKS_FROM_PROMPT, thinking: 'thinking', ids: 'kimi', checked: BY_TESTS } as const;

const HUNYUAN = {
  ...THINKS_FROM_PROMPT,
  format: HY,
  thinking: 'no_think',
  delimiters: { ...THINKS.delimiters, alsoOpen: ['<think:'], alsoClose: ['</think:'] },
  checked: BY_TESTS,
} as const;

/** GLM, Ling and what writes like them. */
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

const TENCENT: readonly Profile[] = [
  {
    ...HUNYUAN,
    name: 'Hy4',
    match: /\bhy-?4(?!\d)|hunyuan[-_]?4(?!\d*b)/,
    toolParser: 'hy_v4',
    reasoningParser: 'hy_v4',
  },
  {
    ...HUNYUAN,
    name: 'Hy3',
    match: /\bhy-?3(?!\d)|hunyuan[-_]?3(?!\d*b)/,
    toolParser: 'hy_v3',
    reasoningParser: 'hy_v3',
    thinksUnasked: false,
  },
  {
    ...THINKS,
    name: 'Hunyuan A13B',
    match: /hunyuan/,
    toolParser: 'hunyuan_a13b',
    reasoningParser: 'hunyuan_a13b',
    format: TOOL_CALLS,
    delimiters: { ...THINKS.delimiters, answer: { open: ['<answer>'], close: ['</answer>'] } },
    checked: BY_TEMPLATE,
  },
];

const STEPFUN: readonly Profile[] = [
  {
    ...THINKS_FROM_PROMPT,
    ...XML,
    name: 'Step 5',
    match: /\bstep-?5(?!\d)/,
    toolParser: 'step5',
    reasoningParser: 'step5',
    thinking: 'always',
  },
  {
    ...THINKS_FROM_PROMPT,
    ...XML,
    name: 'Step 3.5, 3.7',
    match: /\bstep-?3[._][5-9]/,
    toolParser: 'step3p5',
    reasoningParser: 'step3p5',
    thinking: 'always',
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'Step 3',
    match: /\bstep-?3(?!\d)/,
    toolParser: 'step3',
    reasoningParser: 'step3',
    format: STEP,
    thinking: 'always',
    checked: BY_TESTS,
  },
];

export const CHINESE_LABS: readonly Profile[] = [
  ...ZHIPU,
  ...MOONSHOT,
  ...MINIMAX,
  ...TENCENT,
  ...STEPFUN,
  {
    ...THINKS_FROM_PROMPT,
    ...XML,
    name: 'MiMo V2 Flash',
    match: /mimo-v2-flash/,
    toolParser: 'mimo',
    reasoningParser: 'qwen3',
    thinksUnasked: false,
  },
  { ...THINKS_FROM_PROMPT, ...XML, name: 'MiMo', match: /mimo/, toolParser: 'mimo', reasoningParser: 'mimo' },
  {
    ...THINKS,
    name: 'Seed-OSS',
    match: /seed-?oss/,
    toolParser: 'seed_oss',
    reasoningParser: 'seed_oss',
    format: SEED,
    thinking: 'always',
    opensInPrompt: true,
    delimiters: { open: '<seed:think>', close: '</seed:think>' },
    checked: BY_TESTS,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'ERNIE 4.5 Thinking',
    match: /ernie[\w.-]{0,64}thinking/,
    toolParser: 'ernie45',
    reasoningParser: 'ernie45',
    format: ERNIE,
    thinking: 'always',
    delimiters: { ...THINKS.delimiters, answer: { open: ['<response>'], close: ['</response>'] } },
    checked: BY_TESTS,
  },
  {
    ...THINKS,
    name: 'ERNIE 4.5 VL',
    match: /ernie[\w.-]{0,24}-vl/,
    toolParser: 'ernie45',
    reasoningParser: 'ernie45',
    format: ERNIE,
    thinksUnasked: 'unknown',
    delimiters: { ...THINKS.delimiters, answer: { open: ['<response>'], close: ['</response>'] } },
    checked: BY_TESTS,
  },
  { ...PLAIN, name: 'ERNIE 4.5', match: /ernie/, toolParser: 'ernie45', format: ERNIE, checked: BY_TESTS },
  {
    ...THINKS_FROM_PROMPT,
    name: 'Ring',
    match: /\bring-?\d/,
    toolParser: undefined,
    thinking: 'template_effort',
  },
  {
    ...THINKS,
    name: 'dots3',
    match: /\bdots-?3/,
    toolParser: 'dots',
    reasoningParser: 'qwen3',
    format: DOTS,
    checked: BY_TESTS,
  },
  {
    ...THINKS,
    name: 'Intern-S1',
    match: /interns-?1|intern-s1/,
    toolParser: 'internlm',
    reasoningParser: 'deepseek_r1',
    format: INTERNLM,
  },
  {
    ...PLAIN,
    name: 'InternLM',
    match: /internlm/,
    toolParser: 'internlm',
    needs: { chatTemplate: 'examples/tool_chat_template_internlm2_tool.jinja' },
    format: INTERNLM,
    checked: BY_TEMPLATE,
  },
  {
    ...THINKS,
    name: 'LongCat',
    match: /longcat/,
    toolParser: 'longcat',
    format: LONGCAT,
    thinking: 'both',
    thinksUnasked: 'unknown',
    checked: BY_TESTS,
  },
  {
    ...THINKS,
    name: 'MiniCPM 5',
    match: /minicpm-?5/,
    toolParser: 'minicpm5',
    // None of vLLM's takes an answer without marks for an answer, and this model thinks only when asked.
    reasoningParser: undefined,
    format: MINICPM,
    thinksUnasked: false,
    checked: BY_TESTS,
  },
];
