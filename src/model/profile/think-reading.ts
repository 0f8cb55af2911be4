// Owns how the thinking of an answer is read for a family and a request: which marks, and how surely the model thinks. Reading it is left to
// `src/client/think-tags.ts`.

import type { ChatParams } from '../../client/chat-params.ts';
import type { LoneMark } from '../../client/lone-mark.ts';
import type { ThinkDelimiters } from '../../client/think-delimiters.ts';
import { isObject } from '../../core/json.ts';
import { END_MARKS } from '../format/call-formats.ts';
import type { Profile } from './profile.ts';

export interface ThinkReading {
  readonly delimiters: ThinkDelimiters;
  /** Where a closing mark counts that nothing opened, in an answer that came without thinking. */
  readonly lone: LoneMark;
  /** Whether the server cuts the thinking off, so that a part of it may come as the answer. */
  readonly isBudgeted: boolean;
  /** Whether the template writes the opening mark. */
  readonly opensInPrompt: boolean;
}

type ThinkParams = Pick<
  ChatParams,
  'chat_template_kwargs' | 'reasoning_effort' | 'thinking_token_budget' | 'skip_special_tokens'
>;

/** Tokens at the ends of an answer. They reach the text where special tokens are not skipped. */
const OUTER_TOKENS: readonly string[] = [
  ...(END_MARKS.drop ?? []),
  '<bos>',
  '<eos>',
  '<|begin_of_text|>',
  '<｜begin▁of▁sentence｜>',
];

/** Undefined for a family whose thinking has no marks. */
export function thinkReading(profile: Profile, params: ThinkParams): ThinkReading | undefined {
  const { delimiters: own, opensInPrompt } = profile;
  if (own === undefined) return undefined;
  const outer = params.skip_special_tokens === false ? OUTER_TOKENS : [];
  const delimiters = outer.length === 0 ? own : { ...own, drop: [...outer, ...(own.drop ?? [])] };
  const isBudgeted = typeof params.thinking_token_budget === 'number';
  return { delimiters, lone: loneMark(profile, params), isBudgeted, opensInPrompt };
}

/** The server took thinking out, so a mark in the rest is seldom one, unless it cuts thinking off. */
export function loneMarkBeside({ lone, isBudgeted }: ThinkReading, hasReasoning: boolean): LoneMark {
  if (!hasReasoning || (lone === 'anywhere' && isBudgeted)) return lone;
  return lone === 'anywhere' || lone === 'abutting' ? 'abutting' : 'never';
}

function loneMark({ thinking, thinksUnasked }: Profile, params: ThinkParams): LoneMark {
  if (thinking === 'never') return 'never';
  if (thinking === 'always' || thinking === 'effort') return 'anywhere';
  const asked = askedThinking(params);
  if (asked === undefined && thinksUnasked === 'unknown') return 'own_line';
  if (asked === undefined) return thinksUnasked ? 'anywhere' : 'abutting';
  return asked ? 'anywhere' : 'own_line';
}

/** Whether the request switches thinking on or off, in any of the ways that templates know; undefined where it does neither. */
function askedThinking(params: ThinkParams): boolean | undefined {
  const given = isObject(params.chat_template_kwargs) ? params.chat_template_kwargs : {};
  const { enable_thinking: enable, thinking, thinking_mode: mode } = given;
  if (typeof enable === 'boolean' || typeof thinking === 'boolean') return enable === true || thinking === true;
  if (typeof mode === 'string') return mode !== 'disabled';
  const effort = given.reasoning_effort ?? params.reasoning_effort;
  if (typeof effort === 'string') return effort !== 'none' && effort !== 'no_think';
  return typeof params.thinking_token_budget === 'number' ? params.thinking_token_budget > 0 : undefined;
}
