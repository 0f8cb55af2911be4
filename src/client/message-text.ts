// Owns where a message or delta keeps its text, over all server versions. Who shows it is left to the caller.

import { isObject } from '../core/json.ts';

/** The thinking of a message or delta, under the name of whichever server version: the first that is not empty. */
export function reasoningOf(message: Readonly<Record<string, unknown>>): string {
  return textOf(message.reasoning) || textOf(message.reasoning_content);
}

/** Text, or the text of content parts, which some gateways send even in deltas. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('');
}
