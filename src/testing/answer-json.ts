// Owns a whole answer as JSON, field for field as vLLM 0.32 sends it, nulls included. Streams are left to `answer-chunks.ts`.

import { logprobsOf } from './logprobs.ts';
import type { Personality } from './personality.ts';
import type { Spoken } from './spoken.ts';
import { hash, reasoningTokens, usageOf } from './spoken.ts';
import type { Answer } from './steps.ts';

type Body = Readonly<Record<string, unknown>>;

/** What both renderers need of one exchange. */
export interface Exchange {
  readonly body: Body;
  readonly personality: Personality;
  /** `chatcmpl-…` or `cmpl-…`. */
  readonly id: string;
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
}

export function chatJson(answer: Answer, spoken: readonly Spoken[], exchange: Exchange): object {
  const { id, created, model, personality } = exchange;
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: spoken.map((choice, index) => ({
      index,
      message: message(choice, exchange),
      logprobs: logprobsOf(choice.content, exchange.body),
      finish_reason: choice.finishReason,
      stop_reason: choice.stopReason,
      token_ids: null,
      routed_experts: null,
    })),
    service_tier: null,
    system_fingerprint: fingerprint(personality),
    usage: usageJson(answer, spoken, exchange),
    prompt_logprobs: null,
    prompt_token_ids: null,
    prompt_text: exchange.body.return_prompt_text === true ? JSON.stringify(exchange.body.messages) : null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  };
}

function message(choice: Spoken, { body, personality }: Exchange): object {
  const content = choice.content.join('');
  const isForced = body.tool_choice === 'required' || typeof body.tool_choice === 'object';
  const isEmpty = content === '';
  return {
    role: 'assistant',
    // A forced choice leaves an empty text, others none.
    content: isEmpty ? (isForced && body.tool_choice !== null ? '' : null) : content,
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    ...(choice.calls.length > 0 && {
      tool_calls: choice.calls.map(({ id, name, arguments: text }) => ({
        id,
        type: 'function',
        function: { name, arguments: text },
      })),
    }),
    ...reasoningFields(choice.reasoning.join('') || null, personality),
  };
}

/** Thinking under the name or names of the server's version. */
export function reasoningFields(text: string | null, { reasoningField }: Personality): Record<string, string | null> {
  return {
    ...(reasoningField !== 'reasoning_content' && { reasoning: text }),
    ...(reasoningField !== 'reasoning' && { reasoning_content: text }),
  };
}

export function fingerprint({ version }: Personality): string {
  return `vllm-${version}-${hash(version)}`;
}

function usageJson(answer: Answer, spoken: readonly Spoken[], { body, personality }: Exchange): object {
  const details = { cached_tokens: 0, created_cache_tokens: 0, multimodal_tokens: null };
  return {
    ...usageOf(answer, spoken, body),
    prompt_tokens_details: personality.promptTokensDetails ? details : null,
    completion_tokens_details: personality.reasoningParser ? { reasoning_tokens: reasoningTokens(spoken) } : null,
    ...answer.usage,
  };
}

export function completionJson(answer: Answer, spoken: readonly Spoken[], exchange: Exchange): object {
  const { id, created, model, personality } = exchange;
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices: spoken.map((choice, index) => ({
      index,
      text: choice.content.join(''),
      logprobs: null,
      finish_reason: choice.finishReason,
      stop_reason: choice.stopReason,
      token_ids: null,
      prompt_logprobs: null,
      prompt_token_ids: null,
      routed_experts: null,
    })),
    service_tier: null,
    system_fingerprint: fingerprint(personality),
    usage: usageJson(answer, spoken, exchange),
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  };
}
