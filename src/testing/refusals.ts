// Owns the requests that a vLLM 0.32 refuses, in its own words. The order is the server's.

import { isObject } from '../core/json.ts';
import type { Personality } from './personality.ts';
import type { Reply } from './steps.ts';
import { reply } from './steps.ts';
import { countPrompt } from './token-count.ts';

type Body = Readonly<Record<string, unknown>>;

/** The refusal of a generating request, or undefined when it is to be answered. */
export function refusalOf(body: Body | undefined, rawBody: string, personality: Personality): Reply | undefined {
  if (body === undefined) return badJson(rawBody);
  return (
    invalidField(body) ??
    unknownModel(body, personality) ??
    badCombination(body, personality) ??
    overflow(body, personality)
  );
}

/** vLLM's current error body. */
export function errorReply(status: number, message: string, param: string | null, type = 'BadRequestError'): Reply {
  return reply({ status, body: { error: { message, type, param, code: status } } });
}

function badJson(rawBody: string): Reply {
  const at = `body.${badPosition(rawBody)}`;
  const message = `1 validation error:\n  {'type': 'json_invalid', 'loc': '${at}', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {'error': 'Expecting value'}}`;
  return errorReply(400, message, at, 'Bad Request');
}

function badPosition(text: string): number {
  try {
    JSON.parse(text);
    return 0;
  } catch (error) {
    // The engine's message names the position; where it does not, the end is as good as any.
    const told = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    return told === undefined ? text.length : Number(told);
  }
}

const NUMBERS = ['temperature', 'top_p', 'min_p', 'presence_penalty', 'frequency_penalty', 'repetition_penalty'];

function invalidField(body: Body): Reply | undefined {
  if (!('messages' in body) && !('prompt' in body)) {
    const message = `1 validation error:\n  {'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required', 'input': '<dict of ${Object.keys(body).length} items>'}`;
    return errorReply(400, message, 'body.messages', 'Bad Request');
  }
  for (const name of NUMBERS) {
    const value = body[name];
    if (typeof value !== 'string' || !Number.isNaN(Number(value))) continue;
    const message = `1 validation error:\n  {'type': 'float_parsing', 'loc': 'body.${name}', 'msg': 'Input should be a valid number, unable to parse string as a number', 'input': '${value}'}`;
    return errorReply(400, message, `body.${name}`, 'Bad Request');
  }
  if ('messages' in body && !Array.isArray(body.messages)) {
    const message = `1 validation error:\n  {'type': 'list_type', 'loc': 'body.messages', 'msg': 'Input should be a valid list', 'input': '${String(body.messages)}'}`;
    return errorReply(400, message, 'body.messages', 'Bad Request');
  }
  if (Array.isArray(body.tools) && body.tools.length === 0) {
    const message =
      '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely. (parameter=tools)';
    return errorReply(400, message, 'tools');
  }
  return undefined;
}

function unknownModel({ model }: Body, { models }: Personality): Reply | undefined {
  if (model === undefined || model === null || model === '' || models.some(({ id }) => id === model)) return undefined;
  const aliases = models.map(({ id }) => id).join(', ');
  return errorReply(
    404,
    `The model \`${String(model)}\` does not exist. Valid aliases: ${aliases}.`,
    'model',
    'NotFoundError',
  );
}

const CONTINUE_CLASH =
  'continue_final_message and add_generation_prompt are not compatible. Use continue_final_message when you want the ' +
  'model to continue the final message, and add_generation_prompt when you want to add a header that will prompt it ' +
  'to start a new assistant message instead.';

const CONSTRAINTS = ['json', 'regex', 'choice'];

function badCombination(body: Body, personality: Personality): Reply | undefined {
  const { structured_outputs: structured, tool_choice: choice } = body;
  if (body.stream !== true && isObject(body.stream_options)) {
    return errorReply(
      400,
      'Stream options can only be defined when `stream=True`. (parameter=stream_options)',
      'stream_options',
    );
  }
  if (isObject(structured)) {
    const kinds = CONSTRAINTS.filter((kind) => structured[kind] != null);
    const message = "You can only use one kind of constraints for structured outputs ('json', 'regex' or 'choice').";
    if (kinds.length > 1) return errorReply(400, message, null);
    if (kinds.length === 1 && isObject(choice)) {
      return errorReply(400, 'You can only either use constraints for structured outputs or tools, not both.', null);
    }
  }
  if (body.continue_final_message === true && body.add_generation_prompt !== false) {
    return errorReply(400, CONTINUE_CLASH, null);
  }
  if (typeof body.n === 'number' && body.n > 1 && body.temperature === 0) {
    return errorReply(400, `n must be 1 when using greedy sampling, got ${body.n}.`, null);
  }
  return badToolChoice(body, personality);
}

function badToolChoice({ tools, tool_choice: choice }: Body, { toolParser }: Personality): Reply | undefined {
  const hasTools = Array.isArray(tools);
  const asked = choice ?? (hasTools ? 'auto' : 'none');
  if (asked === 'none') return undefined;
  if (!hasTools)
    return errorReply(400, 'When using `tool_choice`, `tools` must be set. (parameter=tool_choice)', 'tool_choice');
  const name = namedTool(asked);
  const isKnown = tools.some((tool) => isObject(tool) && isObject(tool.function) && tool.function.name === name);
  if (name !== undefined && !isKnown) {
    const message =
      'The tool specified in `tool_choice` does not match any of the specified `tools` (parameter=tool_choice)';
    return errorReply(400, message, 'tool_choice');
  }
  if (toolParser) return undefined;
  if (asked === 'auto') {
    return errorReply(
      400,
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      null,
    );
  }
  const what = name === undefined ? `tool_choice="${String(asked)}"` : `tool_choice=function "${name}"`;
  return errorReply(400, `${what} requires --tool-call-parser to be set`, null);
}

/** The name in a named choice. */
export function namedTool(choice: unknown): string | undefined {
  const called = isObject(choice) ? choice.function : undefined;
  return isObject(called) && typeof called.name === 'string' ? called.name : undefined;
}

function overflow(body: Body, { models }: Personality): Reply | undefined {
  const limit = (models.find(({ id }) => id === body.model) ?? models[0])?.maxModelLen ?? 0;
  const asked = body.max_completion_tokens ?? body.max_tokens;
  if (typeof asked === 'number' && asked > limit) {
    const message = `max_tokens=${asked} cannot be greater than max_model_len=${limit}. Please request fewer output tokens. (parameter=max_tokens, value=${asked})`;
    return errorReply(400, message, 'max_tokens');
  }
  const count = countPrompt(body);
  if (count < limit) return undefined;
  // The real server stops counting one past the limit: how long the prompt is, it does not tell.
  const most = limit + 1;
  const message =
    `This model's maximum context length is ${limit} tokens. However, your prompt contains at least ${most} input tokens, ` +
    'which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. ' +
    `(parameter=input_tokens, value=${most})`;
  return errorReply(400, message, 'input_tokens');
}
