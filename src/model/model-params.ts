// Owns the request parameters that agents, runs and model families set, and how they are merged. Sending them is left to the client.

import type { ChatParams } from '../client/chat-params.ts';

/** Request parameters that an agent may set: all except those that the loop sets. */
export type ModelParams = Omit<
  Partial<ChatParams>,
  'model' | 'messages' | 'stream' | 'stream_options' | 'tools' | 'tool_choice' | 'response_format' | 'n'
>;

/** Merges parameters; `over` wins. Template switches (`chat_template_kwargs`) are merged one by one. */
export function mergeParams(base: ModelParams, over: ModelParams): ModelParams {
  if (Object.keys(over).length === 0) return base;
  const switches = { ...base.chat_template_kwargs, ...over.chat_template_kwargs };
  const merged = { ...base, ...over };
  return Object.keys(switches).length === 0 ? merged : { ...merged, chat_template_kwargs: switches };
}
