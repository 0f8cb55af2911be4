// Owns the requests that vLLM 0.33 refuses, with its messages, in the order of its checks.

import { isObject } from '../core/json.ts';
import { errorReply } from './error-reply.ts';
import type { Personality } from './personality.ts';
import { refusedCombination } from './refused-combinations.ts';
import { refusedField } from './refused-fields.ts';
import { refusedSampling, refusedValue, untrusted } from './refused-values.ts';
import type { Reply } from './steps.ts';
import { countPrompt } from './token-count.ts';

type Body = Readonly<Record<string, unknown>>;

/** The refusal of a chat or completion request; undefined when the server accepts it. */
export function refusalOf(body: Body | undefined, rawBody: string, personality: Personality): Reply | undefined {
  if (body === undefined) return badJson(rawBody);
  return (
    refusedValue(body) ??
    refusedCombination(body) ??
    refusedField(body) ??
    unknownModel(body, personality) ??
    untrusted(body) ??
    overflow(body, personality) ??
    refusedByServer(body, personality) ??
    refusedSampling(body)
  );
}

/** The refusal of a body that is not JSON. */
export function badJson(rawBody: string): Reply {
  const at = `body.${badPosition(rawBody)}`;
  const message = `1 validation error:\n  {'type': 'json_invalid', 'loc': '${at}', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {'error': 'Expecting value'}}`;
  return errorReply(400, message, at, 'Bad Request');
}

function badPosition(text: string): number {
  try {
    JSON.parse(text);
    return 0;
  } catch (error) {
    // V8's message usually names the position; without one, the end of the text stands for it.
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    return position === undefined ? text.length : Number(position);
  }
}

export function unknownModel({ model }: Body, { models }: Personality): Reply | undefined {
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

/** Refusals that depend on the server's flags or its template. */
function refusedByServer(body: Body, { toolParser, toolGrammar, reasoningParser }: Personality): Reply | undefined {
  if (!toolParser) {
    const message = withoutToolParser(body);
    if (message !== undefined) return errorReply(400, message, null);
  }
  const guarantee = toolParser && !toolGrammar ? guaranteeOf(body) : undefined;
  if (guarantee !== undefined) {
    const [what, param] = guarantee;
    const message = `response_template parsing cannot guarantee ${what} without a format-compatible structural grammar`;
    return errorReply(400, `${message} (parameter=${param})`, param);
  }
  // By default the server adds the header of a new message, which excludes continuing the last one.
  if (body.continue_final_message === true && body.add_generation_prompt !== false) {
    return errorReply(400, CONTINUE_CLASH, null);
  }
  if (Number(body.thinking_token_budget ?? -1) >= 0 && !reasoningParser) return errorReply(400, NO_BUDGET, null);
  return undefined;
}

const NO_BUDGET =
  'thinking_token_budget is set but reasoning_config is not configured. Please set --reasoning-parser and/or ' +
  '--reasoning-config to use thinking_token_budget.';

function withoutToolParser({ tools, tool_choice: choice }: Body): string | undefined {
  const effective = choice ?? (Array.isArray(tools) ? 'auto' : 'none');
  if (effective === 'none') return undefined;
  if (effective === 'auto') {
    return '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set';
  }
  const name = namedTool(effective);
  const what = name === undefined ? `tool_choice="${String(effective)}"` : `tool_choice=function "${name}"`;
  return `${what} requires --tool-call-parser to be set`;
}

/** What the request wants of calls that only a grammar can give, and the field that wants it. */
function guaranteeOf({
  tools,
  tool_choice: choice,
  parallel_tool_calls: parallel,
}: Body): [string, string] | undefined {
  if (!Array.isArray(tools) || choice === 'none') return undefined;
  const isStrict = tools.some((tool) => isObject(tool) && isObject(tool.function) && tool.function.strict === true);
  if (isStrict) return ['strict tools', 'tools'];
  if (choice === 'required') return ['required tool choice', 'tool_choice'];
  if (namedTool(choice) !== undefined) return ['named tool choice', 'tool_choice'];
  return parallel === false ? ['parallel_tool_calls=False', 'parallel_tool_calls'] : undefined;
}

/** The tool's name in a named tool choice. */
export function namedTool(choice: unknown): string | undefined {
  const called = isObject(choice) ? choice.function : undefined;
  return isObject(called) && typeof called.name === 'string' ? called.name : undefined;
}

function overflow(body: Body, { models }: Personality): Reply | undefined {
  const limit = (models.find(({ id }) => id === body.model) ?? models[0])?.maxModelLen ?? 0;
  const field = body.max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens';
  const requested = body[field];
  if (typeof requested === 'number' && requested > limit) {
    const message = `${field}=${requested} cannot be greater than max_model_len=${limit}. Please request fewer output tokens.`;
    return errorReply(400, `${message} (parameter=${field}, value=${requested})`, field);
  }
  const count = countPrompt(body);
  if (count < limit) return undefined;
  // The real server stops counting one token past the limit, so it does not know the length of the prompt.
  const counted = limit + 1;
  const message =
    `This model's maximum context length is ${limit} tokens. However, your prompt contains at least ${counted} input tokens, ` +
    'which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. ' +
    `(parameter=input_tokens, value=${counted})`;
  return errorReply(400, message, 'input_tokens');
}
