// Owns what the loop needs to know of a model: how its thinking is switched, how its calls are named.

import { mintToolCallId } from '../client/tool-call-merger.ts';
import type { ModelParams } from './agent.ts';

export interface ModelFamily {
  readonly mintId: () => string;
  /** The template's switch for thinking, on or off. */
  readonly thinkingParams: (isOn: boolean) => ModelParams;
}

/** One family for all: a template ignores the switches of others (Qwen reads the first, DeepSeek and Granite the second). */
export const ANY_FAMILY: ModelFamily = {
  mintId: mintToolCallId,
  thinkingParams: (isOn) => ({ chat_template_kwargs: { enable_thinking: isOn, thinking: isOn } }),
};
