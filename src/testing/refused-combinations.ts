// Owns the refusals of fields that exclude each other, with vLLM's messages. Refusals that depend on the server's flags are
// left to `refusals.ts`.

import { isObject } from '../core/json.ts';
import { errorReply } from './error-reply.ts';
import type { Reply } from './steps.ts';
import { isStructuralTag } from './structural-tag.ts';

type Body = Readonly<Record<string, unknown>>;

export function refusedCombination(body: Body): Reply | undefined {
  return (
    refusedStream(body) ?? refusedFormat(body) ?? refusedStructured(body) ?? refusedTools(body) ?? refusedPrompt(body)
  );
}

function refusedStream(body: Body): Reply | undefined {
  if (body.stream === true || !isObject(body.stream_options)) return undefined;
  return refuse('Stream options can only be defined when `stream=True`.', 'stream_options');
}

function refusedFormat({ response_format: format }: Body): Reply | undefined {
  if (!isObject(format)) return undefined;
  if (format.type === 'json_schema' && format.json_schema == null) {
    const message = "When response_format type is 'json_schema', the 'json_schema' field must be provided.";
    return refuse(message, 'response_format');
  }
  if (format.type !== 'structural_tag' || isStructuralTag(format)) return undefined;
  return refuse('Invalid response_format structural_tag specification.', 'response_format');
}

const CONSTRAINTS = ['json', 'regex', 'choice'];

function refusedStructured({ structured_outputs: structured, tool_choice: choice }: Body): Reply | undefined {
  if (!isObject(structured)) return undefined;
  const kinds = CONSTRAINTS.filter((kind) => structured[kind] != null);
  if (kinds.length > 1) {
    const message = "You can only use one kind of constraints for structured outputs ('json', 'regex' or 'choice').";
    return errorReply(400, message, null);
  }
  if (kinds.length === 1 && isObject(choice)) {
    return errorReply(400, 'You can only either use constraints for structured outputs or tools, not both.', null);
  }
  if (structured.structural_tag == null || isTagText(structured.structural_tag)) return undefined;
  return refuse('Invalid structured_outputs structural_tag specification.', 'structured_outputs');
}

/** In `structured_outputs` the tag is JSON text. */
function isTagText(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isStructuralTag(value);
  } catch {
    // Not JSON, so not a tag.
    return false;
  }
}

function refusedTools({ tools, tool_choice: choice }: Body): Reply | undefined {
  if (Array.isArray(tools) && tools.length === 0) {
    const message = '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.';
    return refuse(message, 'tools');
  }
  if (choice == null || choice === 'none') return undefined;
  if (tools == null) return refuse('When using `tool_choice`, `tools` must be set.', 'tool_choice');
  if (isObject(choice)) return refusedName(choice, Array.isArray(tools) ? tools : []);
  if (choice === 'auto' || choice === 'required') return undefined;
  const known = 'Only named tools, "none", "auto" or "required" are supported.';
  return refuse(`Invalid value for \`tool_choice\`: ${String(choice)}! ${known}`, 'tool_choice');
}

const USAGE = 'Correct usage: `{"type": "function", "function": {"name": "my_function"}}`';

function refusedName(choice: Body, tools: readonly unknown[]): Reply | undefined {
  const called = choice.function;
  if (!isObject(called)) {
    const message = `Invalid value for \`function\`: \`${called == null ? 'None' : String(called)}\` in \`tool_choice\`! ${USAGE}`;
    return refuse(message, 'tool_choice.function');
  }
  if (!('name' in called)) {
    return refuse(`Expected field \`name\` in \`function\` in \`tool_choice\`! ${USAGE}`, 'tool_choice.function.name');
  }
  if (typeof called.name !== 'string' || called.name === '') {
    const message = `Invalid \`name\` in \`function\`: \`${String(called.name)}\` in \`tool_choice\`! ${USAGE}`;
    return refuse(message, 'tool_choice.function.name');
  }
  if (tools.some((tool) => isObject(tool) && isObject(tool.function) && tool.function.name === called.name)) {
    return undefined;
  }
  return refuse('The tool specified in `tool_choice` does not match any of the specified `tools`', 'tool_choice');
}

function refusedPrompt(body: Body): Reply | undefined {
  if (body.continue_final_message !== true || body.add_generation_prompt !== true) return undefined;
  return errorReply(400, 'Cannot set both `continue_final_message` and `add_generation_prompt` to True.', null);
}

/** vLLM names the field twice: in the message and in `param`. */
function refuse(message: string, param: string): Reply {
  return errorReply(400, `${message} (parameter=${param})`, param);
}
