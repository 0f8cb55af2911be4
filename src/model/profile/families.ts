// Owns the list of model families and their order. The data about each is in `families/`: vLLM's flags as its docs and recipes name them,
// switches as the models' templates read them. https://docs.vllm.ai/en/latest/features/tool_calling/ and .../reasoning_outputs/

import { CHINESE_LABS } from './families/chinese-labs.ts';
import { DEEPSEEK } from './families/deepseek.ts';
import { GLM_KIMI_MINIMAX } from './families/glm-kimi-minimax.ts';
import { GOOGLE, IBM } from './families/google-ibm.ts';
import { FROM_LLAMA, LLAMA } from './families/llama.ts';
import { MISTRALS } from './families/mistral.ts';
import { OTHER_LABS } from './families/other-labs.ts';
import { LIKE_QWEN, QWEN } from './families/qwen.ts';
import type { Profile } from './profile.ts';

export { UNKNOWN } from './families/other-labs.ts';

/** The first match counts: a model that was made from another and is named after both comes before it. */
export const FAMILIES: readonly Profile[] = [
  ...DEEPSEEK,
  ...QWEN,
  ...LIKE_QWEN,
  ...FROM_LLAMA,
  ...LLAMA,
  ...MISTRALS,
  ...GOOGLE,
  ...IBM,
  ...GLM_KIMI_MINIMAX,
  ...CHINESE_LABS,
  ...OTHER_LABS,
];
