// Owns which formats are looked for whatever the family, and the tokens that end an answer. Formats are data, read as vLLM's parsers read
// them: https://docs.vllm.ai/en/latest/features/tool_calling/. They stand in one file for each way of writing.

import type { CallFormat } from './call-format.ts';
import { DOTS, MUSE } from './invoke-formats.ts';
import { APERTUS, COHERE, GRANITE, INKLING, INTERNLM, LLAMA_JSON, LONGCAT, NEMOTRON_JSON } from './json-formats.ts';
import { HY, K2_HORIZON } from './key-value-formats.ts';
import { FUNCTION_GEMMA, GEMMA, LFM2, OLMO, PYTHONIC } from './literal-formats.ts';
import { DEEPSEEK_V31, HARMONY, KIMI_K2, MISTRAL, PLAMO } from './named-formats.ts';
import { DEEPSEEK_V4, KIMI_K3, MINICPM, MINIMAX_M2, MINIMAX_M3, SOLAR, STEP } from './tag-formats.ts';
import { FUNCTION_XML, HERMES, SEED, TOOL_CALLS } from './tool-call-formats.ts';

/**
 * The formats whose marks occur in no other text: they are looked for where the family is unknown. Formats without marks, or whose marks
 * are ordinary words, are looked for only with their own family.
 */
export const MARKED_FORMATS: readonly CallFormat[] = [
  HERMES,
  FUNCTION_XML,
  SEED,
  TOOL_CALLS,
  HY,
  { ...LLAMA_JSON, bare: () => [] },
  { ...PYTHONIC, bare: () => [] },
  LFM2,
  OLMO,
  { ...MISTRAL, bare: () => [] },
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
  PLAMO,
  K2_HORIZON,
  DOTS,
  MUSE,
  INKLING,
  NEMOTRON_JSON,
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
