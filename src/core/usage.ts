// Owns the token counts of a request and of a run. Adding them up is left to the agent.

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Null or absent without the server flag `--enable-prompt-tokens-details`: unknown, not zero. */
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number | null;
    readonly created_cache_tokens?: number | null;
    readonly multimodal_tokens?: number | null;
    readonly [key: string]: unknown;
  } | null;
  /** Present on servers that run a reasoning parser. */
  readonly completion_tokens_details?: {
    readonly reasoning_tokens?: number | null;
    readonly [key: string]: unknown;
  } | null;
  readonly [key: string]: unknown;
}

/** Token counts summed over a run. */
export interface RunUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Prompt tokens that the server had cached; null while no answer told. */
  readonly cachedTokens: number | null;
  /** Tokens of thinking; null while no answer told. */
  readonly reasoningTokens: number | null;
}
