// Owns a scripted choice as this server would generate it: what its parsers make of it, how it ends, its token counts.
// Rendering it as JSON or as chunks is left to `answer-json.ts` and `answer-chunks.ts`.

import type { FinishReason } from '../core/stream-event.ts';
import type { Usage } from '../core/usage.ts';
import { hash } from './hash.ts';
import type { Personality } from './personality.ts';
import { namedTool } from './refusals.ts';
import type { Answer, FakeCall, FakeChoice } from './steps.ts';
import { countPrompt, tokensOf } from './token-count.ts';

type Body = Readonly<Record<string, unknown>>;

export interface GeneratedCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, or whatever the step gives. */
  readonly arguments: string;
  /** The deltas in which they are streamed. */
  readonly fragments: readonly string[];
}

export interface GeneratedChoice {
  /** The deltas in which it is streamed. Joined they are the whole text. */
  readonly content: readonly string[];
  readonly reasoning: readonly string[];
  readonly calls: readonly GeneratedCall[];
  readonly finishReason: FinishReason | null;
  readonly stopReason: string | number | null;
}

/** A call id in vLLM's format. It is the same for the same exchange, so that tests are reproducible. */
function callId(answerId: string, at: number): string {
  return `chatcmpl-tool-${(hash(`${answerId}/${at}`) + hash(`${at}/${answerId}`)).slice(0, 16)}`;
}

export function generateChoice(
  choice: FakeChoice,
  body: Body,
  personality: Personality,
  answerId: string,
): GeneratedChoice {
  const reasoning = pieces(choice.reasoning);
  const content = pieces(choice.content);
  const calls = (choice.toolCalls ?? []).map((call, at) => generateCall(call, answerId, at));
  // Without a reasoning parser the thinking is a part of the content, with its tags.
  const isParsed = personality.reasoningParser || reasoning.length === 0;
  return {
    content: isParsed ? content : ['<think>', ...reasoning, '</think>', '\n\n', ...content],
    reasoning: isParsed ? reasoning : [],
    calls,
    finishReason: choice.finishReason === undefined ? defaultFinishReason(body, calls.length > 0) : choice.finishReason,
    stopReason: choice.stopReason ?? null,
  };
}

/** vLLM ends an answer with calls with `tool_calls`, but with `stop` when the tool choice was named. */
function defaultFinishReason(body: Body, hasCalls: boolean): FinishReason {
  return hasCalls && namedTool(body.tool_choice) === undefined ? 'tool_calls' : 'stop';
}

function generateCall(call: FakeCall, answerId: string, at: number): GeneratedCall {
  const { id, name, arguments: value, fragments } = call;
  const given = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const text = fragments?.join('') ?? given;
  return { id: id ?? callId(answerId, at), name, arguments: text, fragments: fragments ?? tokensOf(text) };
}

function pieces(text: FakeChoice['content']): readonly string[] {
  if (text === undefined) return [];
  return typeof text === 'string' ? tokensOf(text) : text;
}

/** The token counts of a whole answer. */
export function usageOf(answer: Answer, generated: readonly GeneratedChoice[], body: Body): Usage {
  if (answer.usage !== undefined) return answer.usage;
  const prompt = countPrompt(body);
  const completion = generated.reduce((sum, choice) => sum + tokenCount(choice), 0);
  return { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion };
}

/** The tokens of a choice, its end included. */
export function tokenCount({ content, reasoning, calls }: GeneratedChoice): number {
  const inCalls = calls.reduce((sum, call) => sum + 8 + call.fragments.length, 0);
  // One more for the end-of-sequence token.
  return content.length + reasoning.length + inCalls + 1;
}

export function reasoningTokens(generated: readonly GeneratedChoice[]): number {
  return generated.reduce((sum, choice) => sum + choice.reasoning.length, 0);
}
