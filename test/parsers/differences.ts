// Owns the reasons for which this project does not read a text as vLLM's parser does, and should not. Counting them is left to `calls.ts`.

import { parseJson } from '../../src/core/json.ts';
import type { ReadCall } from './calls.ts';

export interface ReadText {
  readonly text: string;
  readonly expected: readonly ReadCall[];
  readonly calls: readonly ReadCall[];
  /** The answer ends in the middle of a call. */
  readonly isCut: boolean;
  /** Calls were found that are not made but mentioned. */
  readonly isMentioned: boolean;
}

/** Undefined: there is no reason, and reading it otherwise is a mistake. */
export function reasonToDiffer({ text, expected, calls, isCut, isMentioned }: ReadText): string | undefined {
  if (expected.length === 0) return calls.length === 0 ? undefined : WHOLE;
  if (isCut) return 'vLLM makes a call of half of one; here the model is asked again';
  if (expected.some(({ name }) => !text.includes(name) || name === '')) {
    return 'vLLM gives the call a name that the model did not write';
  }
  if (expected.some(({ name }) => /[\s{}<>]/.test(name))) return 'vLLM takes something else for a name';
  if (expected.some((call) => !isObjectText(call.arguments))) return 'vLLM passes on arguments that are no JSON object';
  if (isMentioned) return 'the call stands within a line of text: it may be mentioned and not made';
  if (text.includes('```')) return 'the call stands in a code fence';
  if (/^[^[{<]+\{"name"/.test(text)) return 'JSON without marks, after text, is an answer';
  if (/\[TOOL_CALLS\]\s+\w+ \[/.test(text)) return 'words stand between the mark and the call';
  if (isPart(expected, calls)) return 'vLLM loses one of the calls';
  if (isPart(calls, expected)) return 'the last call is cut: the ones before it run';
  return undefined;
}

const WHOLE = 'the text has a whole call that vLLM does not read, or reads only where the request says so';

function isObjectText(text: string): boolean {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the first calls of the second list are those of the first one. */
function isPart(some: readonly ReadCall[], all: readonly ReadCall[]): boolean {
  return some.length < all.length && some.length > 0 && some.every(({ name }, at) => all[at]?.name === name);
}
