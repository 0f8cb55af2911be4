// Owns the type of a chat request. Checking and sending it is left to `request-body.ts` and `chat.ts`.
// Fields, defaults and ranges as in vLLM 0.33.

import type { JsonObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { ExtraParams, SamplingParams } from './sampling-params.ts';
import { SAMPLING_PARAMS } from './sampling-params.ts';

/** A tool as the model sees it. */
export interface ToolDefinition {
  readonly type: 'function';
  readonly function: FunctionDefinition;
  /** The same as that of the function. */
  readonly defer_loading?: boolean;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments; its root is an object. */
  readonly parameters?: JsonObject;
  /**
   * True makes vLLM enforce the schema, and with `auto` the form of calls at all; without it a server does so only with `--tool-strict-level`
   * (0.31 and later). The parser `hf` refuses it.
   */
  readonly strict?: boolean;
  /** Given to the template, which may keep the definition out of the prompt until it is looked up. Few do. */
  readonly defer_loading?: boolean;
}

/**
 * With `none` the model still sees the tools. With `required`, a model that thinks first may still make no call, and the parser `mistral`
 * guarantees none. The parser `hf` refuses all but `auto` and `none`.
 */
export type ToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } };

/** The body of a chat request, in vLLM's own field names, all at the top level. Left-out fields are not sent. */
export interface ChatParams extends SamplingParams {
  /** A name that the server serves; see `models.list()`. */
  readonly model: string;
  readonly messages: readonly Message[];
  /** Whether the answer comes as events. Default false. */
  readonly stream?: boolean;
  /** Leave it out when there are no tools: vLLM refuses an empty list. */
  readonly tools?: readonly ToolDefinition[];
  /** Default `auto` with tools, `none` without. */
  readonly tool_choice?: ToolChoice | null;
  /** Default true. False returns only the first call; the others are still generated. */
  readonly parallel_tool_calls?: boolean | null;
  /** Most tokens of the answer, thinking included; at least 1. Left out: what the context has left. */
  readonly max_tokens?: number | null;
  /** The same under its newer name, which wins. */
  readonly max_completion_tokens?: number | null;
  readonly logprobs?: boolean | null;
  /** -1: all. Needs `logprobs: true`. The server's `--max-logprobs` caps it. */
  readonly top_logprobs?: number;
  /** Given to the template; anything but `none` also turns thinking on. */
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null;
  /** Default true. False drops the thinking from the answer. */
  readonly include_reasoning?: boolean;
  /** Prepends the last message to the answer when the roles are the same. */
  readonly echo?: boolean;
  /** Default true. */
  readonly add_generation_prompt?: boolean;
  /** Continues the last message instead of answering it; needs `add_generation_prompt: false`. */
  readonly continue_final_message?: boolean;
  /** For templates with retrieval; string values, `title` and `text` by custom. */
  readonly documents?: readonly Readonly<Record<string, string>>[] | null;
  /** A Jinja template; only servers with `--trust-request-chat-template` take it. */
  readonly chat_template?: string | null;
  /** Switches of the model's template, such as `enable_thinking` (Qwen3) or `thinking` (DeepSeek, Granite). */
  readonly chat_template_kwargs?: JsonObject | null;
  readonly media_io_kwargs?: Readonly<Record<string, JsonObject>> | null;
  readonly mm_processor_kwargs?: JsonObject | null;
  /** Adds `prompt_text`: what the template made of the messages. */
  readonly return_prompt_text?: boolean | null;
  /** Sent at the top level as it is, over all other fields: for what this type does not know. */
  readonly extra?: ExtraParams;
}

type WireChatParams = Omit<ChatParams, 'extra'>;

/** The names in {@link ChatParams}, to find unknown ones at run time. */
export const CHAT_PARAMS: Readonly<Record<keyof WireChatParams, true>> = {
  ...SAMPLING_PARAMS,
  model: true,
  messages: true,
  stream: true,
  tools: true,
  tool_choice: true,
  parallel_tool_calls: true,
  max_tokens: true,
  max_completion_tokens: true,
  logprobs: true,
  top_logprobs: true,
  reasoning_effort: true,
  include_reasoning: true,
  echo: true,
  add_generation_prompt: true,
  continue_final_message: true,
  documents: true,
  chat_template: true,
  chat_template_kwargs: true,
  media_io_kwargs: true,
  mm_processor_kwargs: true,
  return_prompt_text: true,
};
