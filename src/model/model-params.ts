// Owns the request parameters that agents, runs and model families set, and how they are merged. Sending them is left to the client.

import type { ChatParams } from '../client/chat-params.ts';
import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';

/** Parameters that a run sets by itself -> why. */
const SET_BY_RUN = {
  model: 'the agent and the run have an option `model`',
  messages: 'the conversation is the input of the run',
  stream: 'a run always reads a stream',
  stream_options: 'a run always asks for the token counts',
  tools: 'the tools are those of the agent',
  tool_choice: 'the agent and the run have an option `toolChoice`',
  response_format: 'the schema of the answer is the `output` of the agent',
  n: 'a run goes on from one answer',
} as const;

/** Request parameters that an agent may set: all except those that the loop sets. */
export type ModelParams = Omit<Partial<ChatParams>, keyof typeof SET_BY_RUN>;

/** Why a run does not take this parameter; undefined when it does. */
export function whySetByRun(name: string): string | undefined {
  return Object.hasOwn(SET_BY_RUN, name) ? SET_BY_RUN[name as keyof typeof SET_BY_RUN] : undefined;
}

/** Throws a DefinitionError for parameters that a run would drop or that would break it, those in `extra` included. */
export function checkParams(params: unknown, owner: string): void {
  if (params === undefined) return;
  if (!isObject(params)) throw new DefinitionError(`${owner}: \`params\` must be an object of request parameters.`);
  const { extra } = params;
  for (const [where, given] of [
    ['params', params],
    ['params.extra', isObject(extra) ? extra : {}],
  ] as const) {
    for (const name of Object.keys(given)) {
      const why = whySetByRun(name);
      if (why === undefined || given[name] === undefined) continue;
      throw new DefinitionError(`${owner}: \`${where}.${name}\` cannot be set: ${why}.`);
    }
  }
}

/** Merges parameters; `over` wins. Template switches (`chat_template_kwargs`) are merged one by one. */
export function mergeParams(base: ModelParams, over: ModelParams): ModelParams {
  if (Object.keys(over).length === 0) return base;
  const switches = { ...base.chat_template_kwargs, ...over.chat_template_kwargs };
  const merged = { ...base, ...over };
  return Object.keys(switches).length === 0 ? merged : { ...merged, chat_template_kwargs: switches };
}
