// Owns a scripted choice as this server would say it: what its parsers make of it, how it ends, what it counts.
// Rendering it as JSON or as chunks is left to the two renderers.

import type { FinishReason } from '../core/stream-event.ts';
import type { Usage } from '../core/usage.ts';
import type { Personality } from './personality.ts';
import { namedTool } from './refusals.ts';
import type { Answer, FakeCall, FakeChoice } from './steps.ts';
import { countPrompt, tokensOf } from './token-count.ts';

type Body = Readonly<Record<string, unknown>>;

export interface SpokenCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, or what the test wants it to be. */
  readonly arguments: string;
  /** The pieces in which they are streamed. */
  readonly fragments: readonly string[];
}

export interface Spoken {
  /** The pieces in which it is streamed; joined, the whole text. */
  readonly content: readonly string[];
  readonly reasoning: readonly string[];
  readonly calls: readonly SpokenCall[];
  readonly finishReason: FinishReason | null;
  readonly stopReason: string | number | null;
}

/** Makes ids of calls as vLLM does; the same for the same exchange, so that tests can repeat. */
function callId(answerId: string, at: number): string {
  return `chatcmpl-tool-${(hash(`${answerId}/${at}`) + hash(`${at}/${answerId}`)).slice(0, 16)}`;
}

export function speak(choice: FakeChoice, body: Body, personality: Personality, answerId: string): Spoken {
  const reasoning = pieces(choice.reasoning);
  const content = pieces(choice.content);
  const calls = (choice.toolCalls ?? []).map((call, at) => spokenCall(call, answerId, at));
  // Without a reasoning parser the thinking is a part of the text, tags and all.
  const isParsed = personality.reasoningParser || reasoning.length === 0;
  return {
    content: isParsed ? content : ['<think>', ...reasoning, '</think>', '\n\n', ...content],
    reasoning: isParsed ? reasoning : [],
    calls,
    finishReason: choice.finishReason === undefined ? usualFinish(body, calls.length > 0) : choice.finishReason,
    stopReason: choice.stopReason ?? null,
  };
}

/** vLLM says `tool_calls`, but `stop` with a named choice. */
function usualFinish(body: Body, hasCalls: boolean): FinishReason {
  return hasCalls && namedTool(body.tool_choice) === undefined ? 'tool_calls' : 'stop';
}

function spokenCall(call: FakeCall, answerId: string, at: number): SpokenCall {
  const { id, name, arguments: value, fragments } = call;
  const given = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const text = fragments?.join('') ?? given;
  return { id: id ?? callId(answerId, at), name, arguments: text, fragments: fragments ?? tokensOf(text) };
}

function pieces(text: FakeChoice['content']): readonly string[] {
  if (text === undefined) return [];
  return typeof text === 'string' ? tokensOf(text) : text;
}

/** The counts of a whole answer, with the details that this server's flags give. */
export function usageOf(answer: Answer, spoken: readonly Spoken[], body: Body): Usage {
  if (answer.usage !== undefined) return answer.usage;
  const prompt = countPrompt(body);
  const completion = spoken.reduce((sum, choice) => sum + tokenCount(choice), 0);
  return { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion };
}

function tokenCount({ content, reasoning, calls }: Spoken): number {
  const inCalls = calls.reduce((sum, call) => sum + 8 + call.fragments.length, 0);
  // One more for the end of the answer.
  return content.length + reasoning.length + inCalls + 1;
}

export function reasoningTokens(spoken: readonly Spoken[]): number {
  return spoken.reduce((sum, choice) => sum + choice.reasoning.length, 0);
}

/** FNV-1a, as 8 hex digits. */
export function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
