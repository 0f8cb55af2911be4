// Owns rendering a streamed answer as the events of vLLM 0.33, in its order. Whole answers are left to `answer-json.ts`.

import { isObject } from '../core/json.ts';
import type { Exchange } from './answer-json.ts';
import { fingerprint, metricsOf, reasoningFields, WEIGHT_VERSIONS_SINCE, weightVersions } from './answer-json.ts';
import type { GeneratedCall, GeneratedChoice } from './generated-choice.ts';
import { reasoningTokens, usageOf } from './generated-choice.ts';
import { logprobsOf } from './logprobs.ts';
import { isSince } from './personality.ts';
import type { Answer } from './steps.ts';

/** The text of each event, line ends included. */
export function chatEvents(answer: Answer, generated: readonly GeneratedChoice[], exchange: Exchange): string[] {
  const perChoice = generated.map((choice, index) =>
    choiceDeltas(choice, exchange).map((delta) => ({ ...delta, index })),
  );
  const roles = generated.map((_, index) => roleChunk(index, exchange));
  const deltas = interleave(perChoice).map((delta, at) => deltaChunk(delta, at + 1, exchange));
  return [...roles, ...deltas, ...endOf(answer, generated, exchange)].map(eventText);
}

/** One delta of one choice; the last one of a choice carries its finish reason. */
interface Delta {
  readonly delta: object;
  readonly end?: GeneratedChoice;
}

function choiceDeltas(choice: GeneratedChoice, { personality }: Exchange): Delta[] {
  const deltas: object[] = [
    ...choice.reasoning.map((text) => reasoningFields(text, personality)),
    ...choice.content.map((content) => ({ content })),
    ...choice.calls.flatMap(callDeltas),
  ];
  const { finishReason } = choice;
  if (finishReason === null) return deltas.map((delta) => ({ delta }));
  // vLLM puts the finish reason of a cut answer on its last delta, and that of a complete one on an empty delta after it.
  // Arguments that are complete JSON count as complete.
  const lastCall = choice.calls.at(-1);
  const isOnLastDelta =
    finishReason === 'length' && deltas.length > 0 && (lastCall === undefined || !isJson(lastCall.arguments));
  const last = isOnLastDelta ? deltas.pop() : {};
  return [...deltas.map((delta) => ({ delta })), { delta: last ?? {}, end: choice }];
}

function callDeltas({ id, name, fragments }: GeneratedCall, index: number): object[] {
  const head = { content: null, tool_calls: [{ id, type: 'function', index, function: { name } }] };
  const rest = fragments.map((part) => ({ content: null, tool_calls: [{ index, function: { arguments: part } }] }));
  return [head, ...rest];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON: that is the result.
    return false;
  }
}

/** Choices are streamed in parallel: one delta of each in turn. */
function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

function head({ id, created, model }: Exchange): object {
  return { id, object: 'chat.completion.chunk', created, model };
}

function roleChunk(index: number, exchange: Exchange): object {
  const delta = { role: 'assistant', content: '' };
  return {
    ...head(exchange),
    choices: [{ index, delta, logprobs: null, finish_reason: null }],
    ...runningUsage(0, exchange),
    prompt_token_ids: null,
    prompt_text: exchange.body.return_prompt_text === true ? JSON.stringify(exchange.body.messages) : null,
  };
}

function deltaChunk({ delta, end, index }: Delta & { readonly index: number }, at: number, exchange: Exchange): object {
  const finish = end === undefined ? null : end.finishReason;
  const text = 'content' in delta && typeof delta.content === 'string' ? [delta.content] : undefined;
  const choice = {
    index,
    delta,
    logprobs: text === undefined ? null : logprobsOf(text, exchange.body),
    finish_reason: finish,
    ...(end !== undefined && { stop_reason: end.stopReason }),
    token_ids: null,
    ...(end !== undefined && weightVersions(end, exchange)),
  };
  const isLast = end !== undefined && !isUsageRequested(exchange);
  return {
    ...head(exchange),
    choices: [choice],
    ...transferParams(exchange),
    ...runningUsage(at, exchange),
    ...(isLast && { system_fingerprint: fingerprint(exchange.personality) }),
  };
}

function transferParams({ personality }: Exchange): object {
  return isSince(personality, TRANSFER_PARAMS_SINCE) ? { kv_transfer_params: null } : {};
}

/** The minor version that began to send the field in chunks. */
const TRANSFER_PARAMS_SINCE = 33;

function endOf(answer: Answer, generated: readonly GeneratedChoice[], exchange: Exchange): (object | string)[] {
  const { errorFrame, hasDone = true } = answer;
  const error = errorFrame === undefined ? [] : [errorChunk(errorFrame)];
  const usage = isUsageRequested(exchange) && errorFrame === undefined ? [usageChunk(answer, generated, exchange)] : [];
  return [...error, ...usage, ...(hasDone ? ['[DONE]'] : [])];
}

function errorChunk({ message, code = 500, shape = 'current' }: NonNullable<Answer['errorFrame']>): object {
  const error = { message, type: 'InternalServerError', param: null, code };
  return shape === 'current' ? { error } : { object: 'error', ...error };
}

function usageChunk(answer: Answer, generated: readonly GeneratedChoice[], exchange: Exchange): object {
  const { promptTokensDetails, reasoningParser } = exchange.personality;
  const metrics = metricsOf(exchange);
  return {
    ...head(exchange),
    choices: [],
    usage: {
      ...usageOf(answer, generated, exchange.body),
      ...(promptTokensDetails && { prompt_tokens_details: { cached_tokens: 0, created_cache_tokens: 0 } }),
      ...(reasoningParser && { completion_tokens_details: { reasoning_tokens: reasoningTokens(generated) } }),
      ...answer.usage,
    },
    system_fingerprint: fingerprint(exchange.personality),
    ...(metrics !== undefined && { metrics }),
  };
}

function isUsageRequested({ body }: Exchange): boolean {
  return isObject(body.stream_options) && body.stream_options.include_usage === true;
}

/** With `continuous_usage_stats` every chunk has the counts so far. */
function runningUsage(completion: number, exchange: Exchange): object {
  const { stream_options: options } = exchange.body;
  if (!isObject(options) || options.continuous_usage_stats !== true) return {};
  const { prompt_tokens: prompt } = usageOf({ kind: 'answer' }, [], exchange.body);
  const usage = { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion };
  return { usage: { ...usage, completion_tokens_details: null } };
}

/** The events of a streamed legacy completion. */
export function completionEvents(answer: Answer, generated: readonly GeneratedChoice[], exchange: Exchange): string[] {
  const base = { ...head(exchange), object: 'text_completion' };
  const perChoice = generated.map((choice, index) => {
    const rest = {
      logprobs: null,
      finish_reason: null,
      stop_reason: null,
      prompt_token_ids: null,
      token_ids: null,
      ...(isSince(exchange.personality, WEIGHT_VERSIONS_SINCE) && { weight_versions: null }),
    };
    const texts = choice.content.map((text) => ({ index, text, ...rest }));
    const last = texts.pop() ?? { index, text: '', ...rest };
    const { finishReason, stopReason } = choice;
    const end = { finish_reason: finishReason, stop_reason: stopReason, ...weightVersions(choice, exchange) };
    return [...texts, { ...last, ...end }];
  });
  const chunks = interleave(perChoice).map((choice) => ({
    ...base,
    choices: [choice],
    ...transferParams(exchange),
  }));
  const end = endOf(answer, generated, exchange).map((chunk) =>
    typeof chunk === 'string' ? chunk : { ...chunk, object: base.object },
  );
  return [...chunks, ...end].map(eventText);
}

function eventText(chunk: object | string): string {
  return `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`;
}
