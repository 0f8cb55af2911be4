// Owns what a server's questions are in the protocol's form, and their answers. Who is asked is left to `questions.ts`.

import type { JsonObject, JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { InputAnswer, SampleAnswer } from '../tool/tool-provider.ts';
import type { ServerCallbacks } from './connection.ts';

type Params = Readonly<Record<string, unknown>>;

/** The result of `elicitation/create`. */
export async function elicit(
  { message, mode, url, requestedSchema }: Params,
  { askUser }: ServerCallbacks,
  signal: AbortSignal,
): Promise<InputAnswer> {
  const text = typeof message === 'string' ? message : '';
  if (mode === 'url') {
    if (typeof url !== 'string') throw new TypeError('A question with a page to visit has no URL.');
    return await askUser({ message: text, url }, signal);
  }
  const form = isObject(requestedSchema) ? (requestedSchema as JsonObject) : {};
  const answer = await askUser({ message: text, form }, signal);
  return answer.action === 'accept'
    ? { action: 'accept', content: { ...defaultsOf(form), ...answer.content } }
    : answer;
}

/** Fields that the user left out have what the server gives for them. */
function defaultsOf({ properties }: JsonObject): Record<string, JsonValue> {
  const defaults: Record<string, JsonValue> = {};
  for (const [name, field] of isObject(properties) ? Object.entries(properties) : []) {
    const value = isObject(field) ? (field as JsonObject).default : undefined;
    if (value !== undefined) defaults[name] = value;
  }
  return defaults;
}

/** The result of `sampling/createMessage`. */
export function sampleResult({ model, text, calls, stopReason }: SampleAnswer) {
  const uses = calls.map(({ id, name, arguments: input }) => ({ type: 'tool_use' as const, id, name, input }));
  const texts = text === '' && uses.length > 0 ? [] : [{ type: 'text' as const, text }];
  const content = [...texts, ...uses];
  const [only] = content;
  // Older servers accept one part, not a list.
  return { model, role: 'assistant' as const, stopReason, content: content.length === 1 && only ? only : content };
}

/** The result of `roots/list`. */
export function rootsResult({ roots }: ServerCallbacks): { readonly roots: { readonly uri: string }[] } {
  return { roots: roots().map((uri) => ({ uri })) };
}
