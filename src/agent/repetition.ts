// Owns noticing that the model makes the same call again and again. What is done about it is left to the round.

import type { ToolCall } from '../core/message.ts';

export interface Repetition {
  /** How often this very call has now come in a row, 1 for the first time. */
  readonly count: (call: ToolCall) => number;
}

/** Calls in a row: another call in between may have changed the world, so the count begins anew. */
export function createRepetition(): Repetition {
  let last = { name: '', text: '' };
  let times = 0;
  return {
    count({ function: { name, arguments: text } }) {
      const isSame = name === last.name && (text === last.text || isSameJson(text, last.text));
      times = isSame ? times + 1 : 1;
      last = { name, text };
      return times;
    },
  };
}

/** The same arguments in another order or with other white space are the same. */
function isSameJson(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(text: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    // Not JSON: compared as it stands.
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, sorted(field)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
