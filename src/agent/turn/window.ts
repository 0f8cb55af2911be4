// Owns whether a request fits the model's context, with the server's own numbers. What does not fit is not sent.

import type { ChatParams } from '../../client/chat-params.ts';
import { sessionHeader } from '../../client/session-header.ts';
import type { Message } from '../../core/message.ts';
import type { Outcome } from '../../core/run-event.ts';
import { contextLength } from '../../model/server-facts.ts';
import type { TurnPlan } from '../agent.ts';
import type { Overflow } from './model-answer.ts';
import type { TurnContext } from './turn-context.ts';

export type Fitted = FittingRequest | { readonly request: undefined; readonly outcome: Outcome };

interface FittingRequest {
  readonly request: ChatParams;
  readonly outcome: undefined;
  /** Of the prompt, counted or estimated. */
  readonly tokens: number;
}

/** No model in use has a smaller context; below it nothing is asked. */
const SMALLEST_CONTEXT = 2048;

/** Text has at least so many characters a token in nearly all languages; a guess on the safe side. */
export const CHARS_PER_TOKEN = 2;

/** From this share of the context on, the guess is replaced by the server's count. */
const NEAR = 0.7;

/** Clamps `max_tokens` to the room there is; gives the outcome when there is none. */
export function fitContext(turn: TurnContext, plan: TurnPlan, request: ChatParams): Fitted | Promise<Fitted> {
  const asked = askedTokens(request);
  const guess = estimate(turn, plan, request);
  const fits: FittingRequest = { request, outcome: undefined, tokens: guess };
  return guess + asked < SMALLEST_CONTEXT ? fits : fitLimit(turn, fits, asked);
}

/** The same for a request that may be too long for this model. */
async function fitLimit(turn: TurnContext, fits: FittingRequest, asked: number): Promise<Fitted> {
  const { request, tokens: guess } = fits;
  const limit = await contextLength(turn.client, request.model, turn.signal);
  if (limit === undefined || guess + asked < limit * NEAR) return fits;
  const count = await countTokens(turn, request);
  if (count === undefined || count + Math.max(asked, 1) <= limit) return { ...fits, tokens: count ?? guess };
  return clamp(turn, request, { count, limit, asked });
}

/** The server refused for length: the same with less room for the answer, or the outcome, with the numbers there are. */
export async function refit(turn: TurnContext, request: ChatParams, overflow: Overflow): Promise<Fitted> {
  const limit = overflow.contextLimit ?? (await contextLength(turn.client, request.model, turn.signal));
  const count = (await countTokens(turn, request)) ?? overflow.promptTokens ?? undefined;
  const asked = askedTokens(request);
  if (limit === undefined || count === undefined || asked === 0)
    return { request: undefined, outcome: tooLong(count, limit) };
  return clamp(turn, request, { count, limit, asked });
}

interface Sizes {
  readonly count: number;
  readonly limit: number;
  readonly asked: number;
}

function clamp(turn: TurnContext, request: ChatParams, { count, limit, asked }: Sizes): Fitted {
  const room = limit - count;
  if (room < 1 || asked === 0) return { request: undefined, outcome: tooLong(count, limit) };
  turn.warn({
    code: 'max_tokens_clamped',
    message: `\`max_tokens\` was lowered from ${asked} to ${room}: the prompt has ${count} of the model's ${limit} tokens.`,
  });
  const name = typeof request.max_completion_tokens === 'number' ? 'max_completion_tokens' : 'max_tokens';
  return { request: { ...request, [name]: room }, outcome: undefined, tokens: count };
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

async function countTokens(turn: TurnContext, request: ChatParams): Promise<number | undefined> {
  try {
    const { model, messages, tools } = request;
    const params = { model, messages, ...(tools !== undefined && { tools }) };
    const headers = sessionHeader(request);
    return (await turn.client.tokenize(params, { signal: turn.signal, headers })).count;
  } catch {
    // A gateway without the route, or a prompt over the limit, which older servers refuse to count.
    return undefined;
  }
}

/** Tokens of the conversation, by the server's last count where there is one; a guess on the safe side for what came since. */
function estimate({ input }: TurnContext, plan: TurnPlan, request: ChatParams): number {
  const { context, messages } = input;
  // A hook may have changed what is sent, so that the last count says nothing of it.
  if (context === null || plan.messages !== messages) {
    return (charsOf(request.messages) + JSON.stringify(request.tools ?? []).length) / CHARS_PER_TOKEN;
  }
  return context.tokens + charsOf(messages.slice(context.messages)) / CHARS_PER_TOKEN;
}

function charsOf(messages: readonly Message[]): number {
  let chars = 0;
  for (const message of messages) {
    const isPlain = message.role !== 'assistant' && typeof message.content === 'string';
    chars += isPlain ? message.content.length + MARKS : JSON.stringify(message).length;
  }
  return chars;
}

/** What a template writes around a message. */
const MARKS = 16;
