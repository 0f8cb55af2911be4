// Owns reading token counts from an answer. Their meaning is core's.

import { isObject } from '../core/json.ts';
import type { Usage } from '../core/usage.ts';

/** The counts of an answer or chunk, or undefined when it has none. Missing counts are 0, a missing total is the sum. */
export function usageFrom(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = count(value.prompt_tokens);
  const completion = count(value.completion_tokens);
  const total = count(value.total_tokens);
  if (prompt === undefined && completion === undefined && total === undefined) return undefined;
  const promptTokens = prompt ?? 0;
  const completionTokens = completion ?? 0;
  return {
    ...value,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: total ?? promptTokens + completionTokens,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
