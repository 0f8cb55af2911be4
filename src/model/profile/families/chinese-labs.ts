// Owns the data about the models of Chinese laboratories that have parsers of their own in vLLM and no file of their own here.

import { DOTS } from '../../format/invoke-formats.ts';
import { INTERNLM, LONGCAT } from '../../format/json-formats.ts';
import { HY } from '../../format/key-value-formats.ts';
import { MINICPM, STEP } from '../../format/tag-formats.ts';
import {
  ERNIE,
  FUNCTION_XML,
  MIMO,
  MIMO_FUNCTION_XML,
  QWEN_XML,
  SEED,
  TOOL_CALLS,
} from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TEMPLATE, BY_TESTS, PLAIN, THINKS, THINKS_FROM_PROMPT } from './base.ts';

const XML = { format: QWEN_XML, alsoWrites: [FUNCTION_XML], checked: BY_TESTS } as const;

const MIMO_MODEL = { ...THINKS_FROM_PROMPT, format: MIMO, alsoWrites: [MIMO_FUNCTION_XML], checked: BY_TESTS } as const;

const HUNYUAN = {
  ...THINKS_FROM_PROMPT,
  format: HY,
  thinking: 'no_think',
  delimiters: { ...THINKS.delimiters, alsoOpen: ['<think:'], alsoClose: ['</think:'] },
  checked: BY_TESTS,
} as const;

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
  ...TENCENT,
  ...STEPFUN,
  {
    ...MIMO_MODEL,
    name: 'MiMo V2 Flash',
    match: /mimo-v2-flash/,
    toolParser: 'mimo',
    reasoningParser: 'qwen3',
    thinksUnasked: false,
  },
  { ...MIMO_MODEL, name: 'MiMo', match: /mimo/, toolParser: 'mimo', reasoningParser: 'mimo' },
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
