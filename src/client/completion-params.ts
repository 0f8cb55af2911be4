// Owns the types of the legacy completions endpoint: a prompt continued, without messages or tools.

import type { FinishReason } from '../core/stream-event.ts';
import type { Usage } from '../core/usage.ts';
import type { RequestMetrics, WeightVersionSpan } from './chat-response.ts';
import type { ExtraParams, SamplingParams } from './sampling-params.ts';
import { SAMPLING_PARAMS } from './sampling-params.ts';

/** The body of a completion request, in vLLM's own field names. */
export interface CompletionParams extends SamplingParams {
  readonly model: string;
  /** One prompt or several, as text or as token ids. */
  readonly prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly stream?: boolean;
  /** Tokens; default 16. */
  readonly max_tokens?: number | null;
  /** How many alternatives to report for each token; null: none. */
  readonly logprobs?: number | null;
  /** Puts the prompt before the answer. */
  readonly echo?: boolean | null;
  /** Not supported by vLLM. */
  readonly suffix?: string | null;
  readonly prompt_embeds?: string | readonly string[] | null;
  readonly extra?: ExtraParams;
}

/** The names in {@link CompletionParams}. */
export const COMPLETION_PARAMS: Readonly<Record<keyof Omit<CompletionParams, 'extra'>, true>> = {
  ...SAMPLING_PARAMS,
  model: true,
  prompt: true,
  stream: true,
  max_tokens: true,
  logprobs: true,
  echo: true,
  suffix: true,
  prompt_embeds: true,
};

export interface CompletionChoice {
  readonly index: number;
  readonly text: string;
  readonly finish_reason: FinishReason | null;
  readonly stop_reason: string | number | null;
  /** With `return_token_ids`. */
  readonly token_ids?: readonly number[] | null;
  /** With `return_weight_versions`. */
  readonly weight_versions?: readonly WeightVersionSpan[] | null;
  readonly [key: string]: unknown;
}

/** Fields that this client does not know are there under their own names. */
export interface CompletionResponse {
  readonly id: string;
  /** `text_completion`. */
  readonly object: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [CompletionChoice, ...CompletionChoice[]];
  readonly usage?: Usage;
  readonly metrics?: RequestMetrics | null;
  readonly [key: string]: unknown;
}

/** The events of a streamed completion; exactly one of `done` and `error`, last. */
export type CompletionEvent =
  | { readonly type: 'text'; readonly delta: string; readonly index: number }
  | {
      readonly type: 'finish_reason';
      readonly finishReason: FinishReason;
      readonly stopReason: string | number | null;
      readonly index: number;
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'done' };
