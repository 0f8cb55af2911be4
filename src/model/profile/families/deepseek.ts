// Owns the data about DeepSeek and the models that were distilled from it.

import { DEEPSEEK_V3, DEEPSEEK_V31 } from '../../format/named-formats.ts';
import { DEEPSEEK_V4, DEEPSEEK_V32, DEEPSEEK_V41 } from '../../format/tag-formats.ts';
import { HERMES } from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TEMPLATE, BY_TESTS, PLAIN, THINKS_FROM_PROMPT } from './base.ts';

const DISTILLED: Profile = {
  ...THINKS_FROM_PROMPT,
  name: 'DeepSeek R1 distilled',
  match: /deepseek[-_]?r1[\w.-]{0,24}(?:distill|qwen|llama)/,
  toolParser: undefined,
  reasoningParser: 'deepseek_r1',
  format: HERMES,
  thinking: 'always',
  needs: { note: 'The model was not trained to call tools: its calls come from a grammar.' },
  checked: BY_TESTS,
};

export const DEEPSEEK: readonly Profile[] = [
  DISTILLED,
  {
    ...THINKS_FROM_PROMPT,
    name: 'DeepSeek V4.1',
    match: /deepseek[-_]?v4[._]1/,
    toolParser: 'deepseek_v41',
    reasoningParser: 'deepseek_v41',
    format: DEEPSEEK_V41,
    thinking: 'thinking',
    checked: BY_TESTS,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'DeepSeek V4',
    match: /deepseek[-_]?v4/,
    toolParser: 'deepseek_v4',
    reasoningParser: 'deepseek_v4',
    format: DEEPSEEK_V4,
    thinking: 'thinking',
    checked: BY_TESTS,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'DeepSeek V3.2',
    match: /deepseek[-_]?v3[._]2/,
    toolParser: 'deepseek_v32',
    reasoningParser: 'deepseek_v3',
    format: DEEPSEEK_V32,
    thinking: 'thinking',
    thinksUnasked: false,
    checked: BY_TESTS,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'DeepSeek V3.1',
    match: /deepseek[-_]?v3[._]1/,
    toolParser: 'deepseek_v31',
    reasoningParser: 'deepseek_v3',
    needs: { chatTemplate: 'examples/tool_chat_template_deepseekv31.jinja' },
    format: DEEPSEEK_V31,
    thinking: 'thinking',
    thinksUnasked: false,
    checked: BY_TEMPLATE,
  },
  {
    ...THINKS_FROM_PROMPT,
    name: 'DeepSeek R1',
    match: /deepseek[-_]?r1/,
    toolParser: 'deepseek_v3',
    reasoningParser: 'deepseek_r1',
    needs: { chatTemplate: 'examples/tool_chat_template_deepseekr1.jinja' },
    format: DEEPSEEK_V3,
    thinking: 'always',
    checked: BY_TEMPLATE,
  },
  {
    ...PLAIN,
    name: 'DeepSeek V3',
    match: /deepseek[-_]?v3/,
    toolParser: 'deepseek_v3',
    // The recipe names it, although the model does not think: the parser then leaves the text as it is.
    reasoningParser: 'deepseek_v3',
    needs: { chatTemplate: 'examples/tool_chat_template_deepseekv3.jinja' },
    format: DEEPSEEK_V3,
    checked: BY_TEMPLATE,
  },
];
