// Owns the small steps between a call and its result, for callers who use the client without an agent.

import type { ToolCall, ToolMessage } from '../core/message.ts';
import { ParseError } from './errors.ts';

/** The arguments of a call as a value; an empty text is `{}`. Throws a ParseError when they are broken or cut. */
export function parseArgs(call: ToolCall): unknown {
  const { name, arguments: text } = call.function;
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `The arguments of the call of \`${name}\` are not JSON: cut by \`max_tokens\`, or broken by the model.`;
    throw new ParseError(message, { code: 'bad_arguments', cause, excerpt: text });
  }
}

/**
 * The arguments of a call, checked: `validator` is a zod schema or anything else with a `parse` that throws.
 * Throws a ParseError when they are not JSON, and what the validator throws when they do not fit.
 */
export function parseArgsAs<T>(call: ToolCall, validator: { readonly parse: (value: unknown) => T }): T {
  return validator.parse(parseArgs(call));
}

/** The message with the result of a call. Text is sent as it is, anything else as JSON. */
export function toolResult(call: ToolCall, value: unknown): ToolMessage {
  const content = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return { role: 'tool', tool_call_id: call.id, content };
}
