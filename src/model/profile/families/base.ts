// Owns what families have in common: the plain profile that each of them changes, and marks of thinking that several use.

import type { ThinkDelimiters } from '../../../client/think-delimiters.ts';
import { THINK_TAGS } from '../../../client/think-delimiters.ts';
import { HERMES } from '../../format/tool-call-formats.ts';
import type { Profile } from '../profile.ts';

/** A model that does not think, and whose calls are those that most models write. */
export const PLAIN = {
  toolParser: 'hermes',
  reasoningParser: undefined,
  needs: undefined,
  format: HERMES,
  alsoWrites: [],
  thinking: 'never',
  thinksUnasked: false,
  opensInPrompt: false,
  delimiters: undefined,
  ids: 'vllm',
  replay: undefined,
  rules: [],
  checked: ['docs'],
} as const satisfies Omit<Profile, 'name' | 'match'>;

/** A model that thinks unless it is told not to, and writes both marks. */
export const THINKS = { ...PLAIN, thinking: 'enable_thinking', thinksUnasked: true, delimiters: THINK_TAGS } as const;

/** The same where the template writes the opening mark. */
export const THINKS_FROM_PROMPT = { ...THINKS, opensInPrompt: true } as const;

/** Channels of Harmony: gpt-oss and Beam. */
export const HARMONY_CHANNELS: ThinkDelimiters = {
  open: '<|channel|>analysis<|message|>',
  close: '<|end|>',
  areTokens: true,
  closesOthers: true,
  answer: {
    open: ['<|channel|>final<|message|>', '<|channel|>commentary<|message|>'],
    close: ['<|end|>', '<|return|>'],
  },
  drop: ['<|start|>assistant'],
};

/** What of vLLM 0.33 a family was checked against. */
export const BY_TESTS = ['parser', 'tests', 'docs'] as const;
export const BY_TEMPLATE = ['parser', 'tests', 'template', 'docs'] as const;
