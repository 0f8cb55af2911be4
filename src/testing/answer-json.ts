// Owns rendering a whole answer as JSON, field for field as vLLM 0.33 sends it, nulls included. Streams are left to
// `answer-chunks.ts`.

import type { GeneratedChoice } from './generated-choice.ts';
import { reasoningTokens, tokenCount, usageOf } from './generated-choice.ts';
import { hash } from './hash.ts';
import { logprobsOf } from './logprobs.ts';
import type { Personality } from './personality.ts';
import { isSince } from './personality.ts';
import type { Answer } from './steps.ts';

type Body = Readonly<Record<string, unknown>>;

/** What both renderers know about one exchange. */
export interface Exchange {
  readonly body: Body;
  readonly personality: Personality;
  /** `chatcmpl-…` or `cmpl-…`. */
  readonly id: string;
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
}

export function chatJson(answer: Answer, generated: readonly GeneratedChoice[], exchange: Exchange): object {
  const { id, created, model, personality } = exchange;
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: generated.map((choice, index) => ({
      index,
      message: message(choice, exchange),
      logprobs: logprobsOf(choice.content, exchange.body),
      finish_reason: choice.finishReason,
      stop_reason: choice.stopReason,
      token_ids: null,
      routed_experts: null,
      ...weightVersions(choice, exchange),
    })),
    service_tier: null,
    system_fingerprint: fingerprint(personality),
    usage: usageJson(answer, generated, exchange),
    prompt_logprobs: null,
    prompt_token_ids: null,
    prompt_text: exchange.body.return_prompt_text === true ? JSON.stringify(exchange.body.messages) : null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: metricsOf(exchange) ?? null,
  };
}

function message(choice: GeneratedChoice, { body, personality }: Exchange): object {
  const content = choice.content.join('');
  const isForced = body.tool_choice === 'required' || typeof body.tool_choice === 'object';
  const isEmpty = content === '';
  return {
    role: 'assistant',
    // With a forced tool choice vLLM sends an empty string, otherwise null.
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

/** The thinking, in the field or fields of the server's version. */
export function reasoningFields(text: string | null, { reasoningField }: Personality): Record<string, string | null> {
  return {
    ...(reasoningField !== 'reasoning_content' && { reasoning: text }),
    ...(reasoningField !== 'reasoning' && { reasoning_content: text }),
  };
}

/** Which weights sampled which tokens; the fake has one version of them. Null unless the request asks for it. */
export function weightVersions(choice: GeneratedChoice, { body, personality }: Exchange): object {
  if (!isSince(personality, WEIGHT_VERSIONS_SINCE)) return {};
  const isAsked = body.return_weight_versions === true;
  return { weight_versions: isAsked ? [{ version: 'default', start: 0, end: tokenCount(choice) }] : null };
}

/** The minor version that began to send the field. */
export const WEIGHT_VERSIONS_SINCE = 33;

/** Of one choice: with several, vLLM cannot tell whose they are. */
export function metricsOf({ body, personality }: Exchange): object | undefined {
  const isSingle = body.n === undefined || body.n === null || body.n === 1;
  return isSingle ? personality.requestMetrics : undefined;
}

export function fingerprint({ version }: Personality): string {
  return `vllm-${version}-${hash(version)}`;
}

function usageJson(answer: Answer, generated: readonly GeneratedChoice[], { body, personality }: Exchange): object {
  const details = { cached_tokens: 0, created_cache_tokens: 0, multimodal_tokens: null };
  return {
    ...usageOf(answer, generated, body),
    prompt_tokens_details: personality.promptTokensDetails ? details : null,
    completion_tokens_details: personality.reasoningParser ? { reasoning_tokens: reasoningTokens(generated) } : null,
    ...answer.usage,
  };
}

export function completionJson(answer: Answer, generated: readonly GeneratedChoice[], exchange: Exchange): object {
  const { id, created, model, personality } = exchange;
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices: generated.map((choice, index) => ({
      index,
      text: choice.content.join(''),
      logprobs: null,
      finish_reason: choice.finishReason,
      stop_reason: choice.stopReason,
      token_ids: null,
      prompt_logprobs: null,
      prompt_token_ids: null,
      routed_experts: null,
      ...weightVersions(choice, exchange),
    })),
    service_tier: null,
    system_fingerprint: fingerprint(personality),
    usage: usageJson(answer, generated, exchange),
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: metricsOf(exchange) ?? null,
  };
}
