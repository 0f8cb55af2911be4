// Owns the types of what both generating endpoints take: sampling, stopping, constraints, vLLM's own fields.
// Fields, defaults and ranges as in vLLM 0.33 (`sampling_params.py` and the protocol modules). Sending is left to the endpoints.

import type { JsonObject, JsonValue } from '../core/json.ts';

export interface SamplingParams {
  /** 0 to 2. 0 is greedy. Left out: the model's own default, often not 1. */
  readonly temperature?: number | null;
  /** Above 0, up to 1. */
  readonly top_p?: number | null;
  /** Consider only so many tokens; 0 or -1: all. */
  readonly top_k?: number | null;
  /** 0 to 1: the least probability, relative to the likeliest token. */
  readonly min_p?: number | null;
  /** Above 0; above 1 discourages repetition of prompt and answer. */
  readonly repetition_penalty?: number | null;
  /** -2 to 2. */
  readonly frequency_penalty?: number | null;
  /** -2 to 2. */
  readonly presence_penalty?: number | null;
  /** 64-bit integer. */
  readonly seed?: number | null;
  /** Token id (as text) to bias. */
  readonly logit_bias?: Readonly<Record<string, number>> | null;
  /** How many answers. Above 1 needs a temperature above 0. Default 1. */
  readonly n?: number | null;
  readonly use_beam_search?: boolean;
  /** Beam search only. Default 1. */
  readonly length_penalty?: number;

  /** Ends the answer before the first of these strings; none may be empty. */
  readonly stop?: string | readonly string[] | null;
  /** Merged with the model's own stop tokens. */
  readonly stop_token_ids?: readonly number[] | null;
  readonly include_stop_str_in_output?: boolean;
  /** Never for gpt-oss: its format breaks. */
  readonly ignore_eos?: boolean;
  /** At most `max_tokens`. Default 0. */
  readonly min_tokens?: number;
  readonly bad_words?: readonly string[];
  readonly allowed_token_ids?: readonly number[] | null;
  /** Ends an answer that repeats an n-gram. */
  readonly repetition_detection?: RepetitionDetection | null;

  /** Default true. False where special tokens mark tool calls that this side reads from the text. */
  readonly skip_special_tokens?: boolean;
  /** Default true. */
  readonly spaces_between_special_tokens?: boolean;

  readonly response_format?: ResponseFormat | null;
  /** At most one kind of constraint. vLLM 0.11 and later; replaces the `guided_*` fields, which 0.12 removed. */
  readonly structured_outputs?: StructuredOutputs | null;

  /** Keeps the last (or, with `truncation_side: "right"`, the first) N prompt tokens; -1: as many as fit. */
  readonly truncate_prompt_tokens?: number | null;
  readonly truncation_side?: 'left' | 'right' | null;
  /** 0 or more, -1 for all; not together with `stream`. */
  readonly prompt_logprobs?: number | null;
  /** Needs `logprobs`; not with beam search. */
  readonly logprob_token_ids?: readonly number[] | null;
  readonly return_tokens_as_token_ids?: boolean | null;
  /** Adds `prompt_token_ids` and, per choice, `token_ids`. */
  readonly return_token_ids?: boolean | null;
  /** Adds `weight_versions` to each choice: which weights sampled which of its tokens. Not with beam search. vLLM 0.33 and later. */
  readonly return_weight_versions?: boolean;
  /** Adds `token_offsets` to what `render` gives. Ignored elsewhere. */
  readonly return_token_offsets?: boolean | null;
  /** What `render` gives of images and other media: their tensors, or only their places and hashes. Default `tensors`. Ignored elsewhere. */
  readonly mm_payload?: 'tensors' | 'none';
  readonly add_special_tokens?: boolean;

  /**
   * Lower is served sooner. Default 0; other values need a server with priority scheduling. The header `X-Vllm-Priority`, which a gateway may
   * set, wins over it (vLLM 0.28 and later).
   */
  readonly priority?: number;
  /** The client sends a new `X-Request-Id` with every attempt, and the header wins over this field. */
  readonly request_id?: string;
  /**
   * The same over all requests of one conversation: routers keep them on one replica. Sent as the header `X-Session-ID` too, which vLLM reads
   * in its absence. Both since vLLM 0.28; earlier versions ignore them.
   */
  readonly session_id?: string | null | undefined;
  /** 1 to 128 characters, none of `@ / \`. Separates the prefix caches of tenants. */
  readonly cache_salt?: string | null;
  /** Tokens per streamed chunk, at least 1; the server's `--stream-interval` is the lower bound. */
  readonly stream_interval?: number | null;
  readonly stream_options?: StreamOptions | null;
  /** Values for custom extensions of the server. */
  readonly vllm_xargs?: Readonly<Record<string, string | number | readonly (string | number)[]>> | null;
  readonly kv_transfer_params?: JsonObject | null;
  readonly ec_transfer_params?: JsonObject | null;
  readonly watermarking?: boolean | null;
  readonly routed_experts_prompt_start?: number;
  /** Tokens of thinking after which the model is made to answer; 0 or more, or -1 for no limit. Needs a server with `--reasoning-parser`. */
  readonly thinking_token_budget?: number | null;
  /** Ignored by vLLM; some routers keep a user's requests on one replica by it. */
  readonly user?: string | null;
}

export interface StreamOptions {
  /** Whether the stream ends with the token counts. This client requests them by default. */
  readonly include_usage?: boolean;
  /** Whether every chunk carries the counts so far. */
  readonly continuous_usage_stats?: boolean;
}

/** Sizes in tokens, 0 or more; `min_count` at least 2. */
export interface RepetitionDetection {
  readonly max_pattern_size: number;
  readonly min_pattern_size?: number;
  readonly min_count: number;
}

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema: JsonObject;
        readonly strict?: boolean;
      };
    }
  | { readonly type: 'structural_tag'; readonly format: JsonObject }
  | {
      readonly type: 'structural_tag';
      readonly structures: readonly { readonly begin: string; readonly schema: JsonObject; readonly end: string }[];
      readonly triggers: readonly string[];
    };

export interface StructuredOutputs {
  readonly json?: string | JsonObject;
  readonly regex?: string;
  readonly choice?: readonly string[];
  /** EBNF. */
  readonly grammar?: string;
  readonly json_object?: boolean;
  /** JSON text of a structural tag. */
  readonly structural_tag?: string;
  readonly whitespace_pattern?: string;
  readonly disable_any_whitespace?: boolean;
  readonly disable_additional_properties?: boolean;
}

/** Fields that are sent at the top level of the body as they are, over all others of the same name. */
export type ExtraParams = Readonly<Record<string, JsonValue | undefined>>;

/** The names in {@link SamplingParams}, for telling at run time which ones are unknown. */
export const SAMPLING_PARAMS: Readonly<Record<keyof SamplingParams, true>> = {
  temperature: true,
  top_p: true,
  top_k: true,
  min_p: true,
  repetition_penalty: true,
  frequency_penalty: true,
  presence_penalty: true,
  seed: true,
  logit_bias: true,
  n: true,
  use_beam_search: true,
  length_penalty: true,
  stop: true,
  stop_token_ids: true,
  include_stop_str_in_output: true,
  ignore_eos: true,
  min_tokens: true,
  bad_words: true,
  allowed_token_ids: true,
  repetition_detection: true,
  skip_special_tokens: true,
  spaces_between_special_tokens: true,
  response_format: true,
  structured_outputs: true,
  truncate_prompt_tokens: true,
  truncation_side: true,
  prompt_logprobs: true,
  logprob_token_ids: true,
  return_tokens_as_token_ids: true,
  return_token_ids: true,
  return_weight_versions: true,
  return_token_offsets: true,
  mm_payload: true,
  add_special_tokens: true,
  priority: true,
  request_id: true,
  session_id: true,
  cache_salt: true,
  stream_interval: true,
  stream_options: true,
  vllm_xargs: true,
  kv_transfer_params: true,
  ec_transfer_params: true,
  watermarking: true,
  routed_experts_prompt_start: true,
  thinking_token_budget: true,
  user: true,
};
