// Owns a whole chat answer: its type and reading it from JSON. Asking for it is left to `chat.ts`.

import { isObject } from '../core/json.ts';
import type { AssistantMessage, ToolCall } from '../core/message.ts';
import type { FinishReason } from '../core/stream-event.ts';
import type { Usage } from '../core/usage.ts';
import { InvalidResponseError } from './errors.ts';
import { reasoningOf, textOf } from './message-text.ts';
import { createThinkSplitter } from './think-tags.ts';
import { argumentsText, mintToolCallId } from './tool-call-merger.ts';
import { usageFrom } from './usage.ts';

/** The model's message in an answer. Fields that this client does not know are there under their own names. */
export interface ResponseMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  /** Thinking, whichever field the server used. */
  readonly reasoning: string | null;
  /** Undefined when the model called nothing: an empty list is never given. */
  readonly tool_calls: readonly ToolCall[] | undefined;
  readonly [key: string]: unknown;
}

export interface Choice {
  readonly index: number;
  readonly message: ResponseMessage;
  readonly finish_reason: FinishReason | null;
  /** vLLM's own: the matched stop string or stop token id. */
  readonly stop_reason: string | number | null;
  /** With `return_token_ids`. */
  readonly token_ids?: readonly number[] | null;
  /** With `return_weight_versions`. */
  readonly weight_versions?: readonly WeightVersionSpan[] | null;
  readonly [key: string]: unknown;
}

/** Fields that this client does not know are there under their own names, at every level. */
export interface ChatCompletionResponse {
  readonly id: string;
  /** `chat.completion`. */
  readonly object: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  /** At least one. */
  readonly choices: readonly [Choice, ...Choice[]];
  /** Absent when the server sent none. */
  readonly usage?: Usage;
  /** `vllm-<version>-<hash>` on recent servers. */
  readonly system_fingerprint?: string | null;
  /** With `return_token_ids`. */
  readonly prompt_token_ids?: readonly number[] | null;
  /** With `return_prompt_text`. */
  readonly prompt_text?: string | null;
  /** From a server with `--enable-per-request-metrics`, for one choice. A stream has it only with the token counts. */
  readonly metrics?: RequestMetrics | null;
  readonly [key: string]: unknown;
}

/** The output tokens from `start` to before `end` were sampled by the weights of this version. */
export interface WeightVersionSpan {
  readonly version: string;
  readonly start: number;
  readonly end: number;
}

/** Where the server's time went, in milliseconds. vLLM 0.25 and later. */
export interface RequestMetrics {
  /** From the end of the wait to the first token. */
  readonly time_to_first_token_ms?: number | null;
  /** From the first token to the last. */
  readonly generation_time_ms?: number | null;
  /** Before it was scheduled. */
  readonly queue_time_ms?: number | null;
  /** Between two tokens. */
  readonly mean_itl_ms?: number | null;
  /** Of the answer, from the end of the wait on. */
  readonly tokens_per_second?: number | null;
  readonly [key: string]: unknown;
}

interface ReadOptions {
  readonly requestId: string | undefined;
  readonly parseThinkTags: boolean;
}

/** Reads a whole answer leniently: missing fields become empty, unknown ones are kept, and what is not an answer throws. */
export function readChatResponse(value: unknown, options: ReadOptions): ChatCompletionResponse {
  if (!isObject(value)) throw invalid('it is not a JSON object', options.requestId);
  const list: unknown = value.choices;
  if (!Array.isArray(list)) throw invalid('it has no `choices`', options.requestId);
  const [first, ...rest] = list.map((choice: unknown, at) => readChoice(choice, at, options));
  if (first === undefined) throw invalid('its `choices` are empty', options.requestId);
  const { usage: rawUsage, ...fields } = value;
  const usage = usageFrom(rawUsage);
  return {
    ...fields,
    id: stringOr(value.id, ''),
    object: stringOr(value.object, 'chat.completion'),
    created: typeof value.created === 'number' ? value.created : 0,
    model: stringOr(value.model, ''),
    choices: [first, ...rest],
    ...(usage !== undefined && { usage }),
  };
}

function readChoice(value: unknown, at: number, options: ReadOptions): Choice {
  if (!isObject(value)) throw invalid(`choice ${at} is not an object`, options.requestId);
  if (!isObject(value.message)) throw invalid(`choice ${at} has no message`, options.requestId);
  const stop = value.stop_reason;
  return {
    ...value,
    index: typeof value.index === 'number' ? value.index : at,
    message: readMessage(value.message, options.parseThinkTags),
    finish_reason: typeof value.finish_reason === 'string' && value.finish_reason !== '' ? value.finish_reason : null,
    stop_reason: typeof stop === 'string' || typeof stop === 'number' ? stop : null,
  };
}

function readMessage(value: Record<string, unknown>, parseThinkTags: boolean): ResponseMessage {
  const whole = textOf(value.content);
  const split = parseThinkTags ? splitThinking(whole) : { reasoning: '', content: whole };
  const isText = typeof value.content === 'string' || Array.isArray(value.content);
  const calls = Array.isArray(value.tool_calls) ? value.tool_calls.filter(isObject).map(readToolCall) : [];
  return {
    ...value,
    role: 'assistant',
    content: isText ? split.content : null,
    reasoning: reasoningOf(value) || split.reasoning || null,
    tool_calls: calls.length > 0 ? calls : undefined,
  };
}

function splitThinking(text: string): { reasoning: string; content: string } {
  const splitter = createThinkSplitter();
  const pieces = [...splitter.feed(text), ...splitter.end()];
  const join = (type: 'reasoning' | 'content'): string =>
    pieces
      .filter((piece) => piece.type === type)
      .map((piece) => piece.text)
      .join('');
  return { reasoning: join('reasoning'), content: join('content') };
}

function readToolCall(value: Record<string, unknown>): ToolCall {
  const call = isObject(value.function) ? value.function : {};
  return {
    ...value,
    id: stringOr(value.id, '') || mintToolCallId(),
    type: 'function',
    function: { ...call, name: stringOr(call.name, ''), arguments: argumentsText(call.arguments) },
  };
}

/** The first call of the first choice. */
export function firstToolCall(response: ChatCompletionResponse): ToolCall | undefined {
  return response.choices[0].message.tool_calls?.[0];
}

/** Whether the first choice has calls. Do not rely on `finish_reason` for it. */
export function hasToolCalls(response: ChatCompletionResponse): boolean {
  return response.choices[0].message.tool_calls !== undefined;
}

/** The first choice's message for the history of the next request: calls and thinking included, in fields every version reads. */
export function assistantMessage(response: ChatCompletionResponse): AssistantMessage {
  const { content, reasoning, tool_calls: calls } = response.choices[0].message;
  return {
    role: 'assistant',
    content,
    ...(reasoning !== null && { reasoning, reasoning_content: reasoning }),
    ...(calls !== undefined && { tool_calls: calls }),
  };
}

function invalid(what: string, requestId: string | undefined): InvalidResponseError {
  const message = `The server's answer is not a chat completion: ${what}. Does the base URL point to vLLM's /v1?`;
  return new InvalidResponseError(message, { code: 'invalid_response', requestId });
}

function stringOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
