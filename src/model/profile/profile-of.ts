// Owns finding a model's profile, and what is derived from it by code: request parameters, ids, the formats to look for.

import { randomBytes } from 'node:crypto';
import { mintToolCallId } from '../../client/tool-call-merger.ts';
import type { CallFormat } from '../format/call-format.ts';
import { END_MARKS, MARKED_FORMATS } from '../format/call-formats.ts';
import type { ModelParams } from '../model-params.ts';
import { mergeParams } from '../model-params.ts';
import { FAMILIES, UNKNOWN } from './families.ts';
import { namesIn } from './model-name.ts';
import type { Profile } from './profile.ts';
import type { Thinking } from './thinking.ts';
import { switchFields } from './thinking-switch.ts';

/** Finds it by the served name, else by the path of the weights, since a served name may be anything. */
export function profileOf(model: string, root?: string | null): Profile {
  return find(model) ?? find(root ?? '') ?? UNKNOWN;
}

function find(name: string): Profile | undefined {
  for (const told of namesIn(name)) {
    const found = FAMILIES.find(({ match }) => match.test(told));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The request fields that set this thinking for the family; empty where none are needed, or the model has no switch. */
export function thinkingParams(profile: Profile, thinking: Thinking | undefined): ModelParams {
  const kept = profile.replay === undefined ? {} : { chat_template_kwargs: profile.replay };
  if (thinking === undefined) return kept;
  if (typeof thinking === 'object') {
    const on = 'budget' in thinking ? switchFields(profile.thinking, true) : {};
    const wish =
      'budget' in thinking ? { thinking_token_budget: thinking.budget } : { reasoning_effort: thinking.effort };
    return mergeParams(mergeParams(kept, on), wish);
  }
  return mergeParams(kept, switchFields(profile.thinking, thinking === 'on'));
}

/** Makes an id for a call that came without one. `index` is the call's index in the conversation. */
export function mintId({ ids }: Profile, name: string, index: number): string {
  switch (ids) {
    case 'vllm':
      return mintToolCallId();
    case 'kimi':
      return `functions.${name}:${index}`;
    case 'mistral':
      return randomBytes(9).toString('hex').slice(0, 9);
    default:
      return ids satisfies never;
  }
}

const lists = new Map<string, readonly CallFormat[]>();

/** A known family's own formats and no others: a text in another one is not this model's call. All formats with marks for an unknown one. */
export function formatsOf(profile: Profile): readonly CallFormat[] {
  const { name, format, alsoWrites } = profile;
  const known = lists.get(name) ?? (profile === UNKNOWN ? MARKED_FORMATS : [format, ...alsoWrites]);
  lists.set(name, known);
  return known;
}

const rawLists = new Map<string, readonly CallFormat[]>();

/** The formats for text that still contains special tokens; `format` is the one that the model was asked to use. */
export function rawFormatsOf(profile: Profile, format: CallFormat): readonly CallFormat[] {
  const key = `${profile.name} ${format.name}`;
  const known = rawLists.get(key) ?? [...new Set([format, ...formatsOf(profile), END_MARKS])];
  rawLists.set(key, known);
  return known;
}
