// Owns the token counts of a request and of a run, and their addition.

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Null or absent unless the server runs with `--enable-prompt-tokens-details`: unknown, not zero. */
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number | null;
    /** Newly written to the cache by this request. vLLM 0.26 and later. */
    readonly created_cache_tokens?: number | null;
    /** By kind of input, such as `image`. */
    readonly multimodal_tokens?: Readonly<Record<string, number>> | null;
    readonly [key: string]: unknown;
  } | null;
  /** Present if the server has a reasoning parser. */
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
  /** Cached prompt tokens; null until a server reports them. */
  readonly cachedTokens: number | null;
  /** Tokens of thinking; null until a server reports them. */
  readonly reasoningTokens: number | null;
}

export const NO_USAGE: RunUsage = {
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  cachedTokens: null,
  reasoningTokens: null,
};

/** The sum. A count that no server has reported stays null: unknown, not 0. */
export function addUsage(total: RunUsage, usage: Usage): RunUsage {
  return {
    promptTokens: total.promptTokens + usage.prompt_tokens,
    completionTokens: total.completionTokens + usage.completion_tokens,
    totalTokens: total.totalTokens + usage.total_tokens,
    cachedTokens: addKnown(total.cachedTokens, usage.prompt_tokens_details?.cached_tokens),
    reasoningTokens: addKnown(total.reasoningTokens, usage.completion_tokens_details?.reasoning_tokens),
  };
}

export function addRunUsage(total: RunUsage, more: RunUsage): RunUsage {
  return {
    promptTokens: total.promptTokens + more.promptTokens,
    completionTokens: total.completionTokens + more.completionTokens,
    totalTokens: total.totalTokens + more.totalTokens,
    cachedTokens: addKnown(total.cachedTokens, more.cachedTokens),
    reasoningTokens: addKnown(total.reasoningTokens, more.reasoningTokens),
  };
}

function addKnown(total: number | null, more: number | null | undefined): number | null {
  return more === null || more === undefined ? total : (total ?? 0) + more;
}
