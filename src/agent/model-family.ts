// Owns what the loop needs to know of a model's family. The data is left to the profiles.

import { mintToolCallId } from '../client/tool-call-merger.ts';
import type { ModelParams } from './agent.ts';

export interface ModelFamily {
  readonly mintId: () => string;
  /** The template's switch for thinking, on or off. */
  readonly thinkingParams: (isOn: boolean) => ModelParams;
}

export function familyOf(_model: string): ModelFamily {
  return { mintId: mintToolCallId, thinkingParams: (isOn) => ({ chat_template_kwargs: { enable_thinking: isOn } }) };
}
