// Owns noticing that the model makes the same call again and again. What is done about it is left to the round.

import { isDeepStrictEqual } from 'node:util';
import type { ToolCall } from '../core/message.ts';

export interface Repetition {
  /** How often this very call has now come in a row, 1 for the first time. */
  readonly count: (call: ToolCall) => number;
}

/**
 * Calls in a row: another call in between may have changed the world, so the count begins anew. The same arguments in another
 * order or with other white space are the same.
 */
export function createRepetition(): Repetition {
  let last: { readonly name: string; readonly text: string; readonly value: unknown } | undefined;
  let times = 0;
  return {
    count({ function: { name, arguments: text } }) {
      const value = parsed(text);
      const isSame = name === last?.name && (text === last.text || isDeepStrictEqual(value, last.value));
      times = isSame ? times + 1 : 1;
      last = { name, text, value };
      return times;
    },
  };
}

/** What is not JSON is compared as it stands. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
