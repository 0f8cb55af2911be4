// Owns whether a request fits the model's context, with the server's own numbers. What does not fit is not sent.

import type { ChatParams } from '../client/chat-params.ts';
import type { Outcome } from '../core/run-event.ts';
import type { AnswerFailure } from './model-answer.ts';
import type { RunContext } from './run-context.ts';
import { contextLength } from './served-models.ts';

export type Fitted =
  | { readonly request: ChatParams; readonly outcome: undefined }
  | { readonly request: undefined; readonly outcome: Outcome };

/** No model in use has a smaller context; below it nothing is asked. */
const SMALLEST_CONTEXT = 2048;

/** Text has at least so many characters a token in nearly all languages; a guess on the safe side. */
const CHARS_PER_TOKEN = 2;

/** From this share of the context on, the guess is replaced by the server's count. */
const NEAR = 0.7;

/** Clamps `max_tokens` to the room there is; gives the outcome when there is none. */
export async function fitContext(run: RunContext, request: ChatParams): Promise<Fitted> {
  const asked = askedTokens(request);
  const guess = (charsOf(request.messages) + charsOf(request.tools ?? [])) / CHARS_PER_TOKEN;
  if (guess + asked < SMALLEST_CONTEXT) return { request, outcome: undefined };
  const limit = await contextLength(run.client, run.model, run.signal);
  if (limit === undefined || guess + asked < limit * NEAR) return { request, outcome: undefined };
  const count = await countTokens(run, request);
  if (count === undefined || count + Math.max(asked, 1) <= limit) return { request, outcome: undefined };
  return clamp(run, request, { count, limit, asked });
}

/** The server refused for length: the same with less room for the answer, or the outcome, with the numbers there are. */
export async function refit(run: RunContext, request: ChatParams, failure: AnswerFailure): Promise<Fitted> {
  const limit = failure.contextLimit ?? (await contextLength(run.client, run.model, run.signal));
  const count = (await countTokens(run, request)) ?? failure.promptTokens ?? undefined;
  const asked = askedTokens(request);
  if (limit === undefined || count === undefined || asked === 0)
    return { request: undefined, outcome: tooLong(count, limit) };
  return clamp(run, request, { count, limit, asked });
}

interface Sizes {
  readonly count: number;
  readonly limit: number;
  readonly asked: number;
}

function clamp(run: RunContext, request: ChatParams, { count, limit, asked }: Sizes): Fitted {
  const room = limit - count;
  if (room < 1 || asked === 0) return { request: undefined, outcome: tooLong(count, limit) };
  run.warn({
    code: 'max_tokens_clamped',
    message: `\`max_tokens\` was lowered from ${asked} to ${room}: the prompt has ${count} of the model's ${limit} tokens.`,
  });
  const name = typeof request.max_completion_tokens === 'number' ? 'max_completion_tokens' : 'max_tokens';
  return { request: { ...request, [name]: room }, outcome: undefined };
}

function askedTokens(request: ChatParams): number {
  return request.max_completion_tokens ?? request.max_tokens ?? 0;
}

function tooLong(count: number | undefined, limit: number | undefined): Outcome {
  // A server that stops counting at the limit may tell less than there are.
  const isTold = count !== undefined && (limit === undefined || count >= limit);
  const size = isTold ? `${count} tokens` : 'too many tokens';
  const most = limit === undefined ? 'more than the model takes' : `the model takes ${limit}, its answer included`;
  const message = `The conversation has ${size}: ${most}. Nothing was dropped: start from a shorter history.`;
  return { type: 'limit', limit: 'context', message };
}

async function countTokens(run: RunContext, request: ChatParams): Promise<number | undefined> {
  try {
    const { model, messages, tools } = request;
    const params = { model, messages, ...(tools !== undefined && { tools }) };
    return (await run.client.tokenize(params, { signal: run.signal })).count;
  } catch {
    // A gateway without the route, or a prompt over the limit, which older servers refuse to count.
    return undefined;
  }
}

const sizes = new WeakMap<object, number>();

/** Each message and tool is measured once: they do not change, and a turn must not cost more for a longer history. */
function charsOf(things: readonly object[]): number {
  let sum = 0;
  for (const thing of things) {
    const known = sizes.get(thing);
    const size = known ?? sizeOf(thing);
    if (known === undefined) sizes.set(thing, size);
    sum += size;
  }
  return sum;
}

/** Characters of all texts in it, and some for what stands between them. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + MARKS;
  if (typeof value !== 'object' || value === null) return MARKS;
  let size = MARKS;
  for (const name in value) size += name.length + MARKS + sizeOf((value as Record<string, unknown>)[name]);
  return size;
}

/** Quotes, a comma, a colon. */
const MARKS = 4;
