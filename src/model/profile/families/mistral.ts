// Owns the data about Mistral's models.

import { MISTRAL, MISTRAL_LIST } from '../../format/named-formats.ts';
import type { Profile } from '../profile.ts';
import { BY_TEMPLATE, BY_TESTS, PLAIN } from './base.ts';

const WRITES = {
  ...PLAIN,
  toolParser: 'mistral',
  format: MISTRAL,
  ids: 'mistral',
  rules: ['no_user_after_tool'],
  checked: BY_TESTS,
} as const;

const REASONS = {
  ...WRITES,
  reasoningParser: 'mistral',
  delimiters: { open: '[THINK]', close: '[/THINK]', areTokens: true },
} as const;

export const MISTRALS: readonly Profile[] = [
  {
    ...REASONS,
    name: 'Magistral',
    match: /magistral|ministral[\w.-]{0,64}reasoning/,
    thinking: 'always',
    thinksUnasked: true,
  },
  {
    ...REASONS,
    name: 'Mistral Small 4, Medium 3.5',
    match: /mistral-small-?[4-9](?![\d]*b)|mistral-medium-?(?:3[._][5-9]|[4-9])/,
    thinking: 'effort_or_none',
  },
  {
    ...WRITES,
    name: 'Mistral before tokenizer v11',
    match: /mistral-?7b|mixtral|mistral-nemo|mistral-(?:small|large)[\w-]{0,64}24(?:0[2-9]|11)/,
    needs: { chatTemplate: 'examples/tool_chat_template_mistral_parallel.jinja' },
    format: MISTRAL_LIST,
    checked: BY_TEMPLATE,
  },
  { ...WRITES, name: 'Mistral', match: /mistral|ministral|devstral|codestral|pixtral|voxtral/ },
];
