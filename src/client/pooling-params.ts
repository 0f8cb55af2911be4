// Owns what the endpoints of embedding and ranking models take in common. Fields as in vLLM 0.33 (`pooling/base/protocol.py`). What each takes
// beside them is left to its own file.

import type { JsonObject } from '../core/json.ts';
import type { ExtraParams, SamplingParams } from './sampling-params.ts';

export interface PoolingParams
  extends Pick<
    SamplingParams,
    'user' | 'truncate_prompt_tokens' | 'truncation_side' | 'request_id' | 'priority' | 'cache_salt'
  > {
  /** A name that the server serves; see `models.list()`. */
  readonly model: string;
  /** `max_length` pads to the model's input length. Default: as the model does. */
  readonly padding?: 'max_length' | 'do_not_pad' | null;
  /** Whether the model's last activation, such as a normalization, is applied. Default: as the model does. */
  readonly use_activation?: boolean | null;
  readonly mm_processor_kwargs?: JsonObject | null;
  readonly chat_template_kwargs?: JsonObject | null;
  /** Sent at the top level as it is, over all other fields: for what this type does not know. */
  readonly extra?: ExtraParams;
}

/** The names in {@link PoolingParams}. */
export const POOLING_PARAMS: Readonly<Record<keyof Omit<PoolingParams, 'extra'>, true>> = {
  model: true,
  user: true,
  truncate_prompt_tokens: true,
  truncation_side: true,
  request_id: true,
  priority: true,
  cache_salt: true,
  padding: true,
  use_activation: true,
  mm_processor_kwargs: true,
  chat_template_kwargs: true,
};
