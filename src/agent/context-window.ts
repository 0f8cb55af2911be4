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
  const guess = (messageChars(run, request.messages) + toolChars(request.tools)) / CHARS_PER_TOKEN;
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

interface Measured {
  readonly last: object | undefined;
  readonly count: number;
  readonly chars: number;
}

/** By run: what its last request had. */
const measured = new WeakMap<RunContext, Measured>();

/** A history only grows, so the next request has the same messages and some more: a turn does not cost more for a longer one. */
function messageChars(run: RunContext, messages: readonly object[]): number {
  const known = measured.get(run);
  const isGrown = known !== undefined && known.count > 0 && messages[known.count - 1] === known.last;
  const fresh = isGrown ? messages.slice(known.count) : messages;
  const chars = fresh.reduce((sum, message) => sum + sizeOf(message), isGrown ? known.chars : 0);
  measured.set(run, { last: messages.at(-1), count: messages.length, chars });
  return chars;
}

function toolChars(tools: readonly object[] | null | undefined): number {
  if (tools === undefined || tools === null) return 0;
  return once(tools, () => tools.reduce((sum, tool) => sum + once(tool, () => sizeOf(tool)), 0));
}

const sizes = new WeakMap<object, number>();

/** A tool's definition does not change, and the list of them mostly not either. */
function once(thing: object, measure: () => number): number {
  const size = sizes.get(thing) ?? measure();
  sizes.set(thing, size);
  return size;
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
