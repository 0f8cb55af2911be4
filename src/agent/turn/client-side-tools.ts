// Owns the request of a turn on a server without a tool parser: a structural tag gives its grammar the form of a call, and the calls
// are read from the text. Reading them is left to the scanner, how the family writes them to its profile.

import type { ChatParams } from '../../client/chat-params.ts';
import { sessionHeader } from '../../client/session-header.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ToolMode } from '../../core/loop-state.ts';
import { BARE_JSON, ONLY_WORDS_PATTERN, WORDS_PATTERN } from '../../model/format/bare-json.ts';
import type { CallFormat, CallTag } from '../../model/format/call-format.ts';
import { HERMES } from '../../model/format/tool-call-formats.ts';
import { pythonKeywords } from '../../model/python-grammar.ts';
import { templateShowsTools } from '../../model/server-facts.ts';
import type { Tool } from '../../tool/tool.ts';
import type { TurnPlan } from '../agent.ts';
import { isForced, sessionOf, toolDefinition, turnRequest } from './request.ts';
import { withTaskRestated } from './restated-task.ts';
import type { TurnContext } from './turn-context.ts';
import { callCount } from './turn-context.ts';

export interface ClientSideRequest {
  readonly request: ChatParams;
  /** How the model was asked to write its calls. */
  readonly format: CallFormat;
}

/**
 * The request of a turn. `tool_choice: "none"` is what such a server takes beside tools; the tag binds the model once it
 * writes the mark, and from the start when the choice is forced.
 */
export async function clientSideRequest(
  turn: TurnContext,
  plan: TurnPlan,
  mode: Exclude<ToolMode, 'server'>,
): Promise<ClientSideRequest> {
  const { head, request: asked } = turn.input;
  const isShown = await templateShowsTools(turn.client, head.model, () => isPromptLonger(turn, plan));
  const isEither = mode === 'client_json';
  const { format, tag } = isEither ? bareJson() : formatFor(turn.profile.format, isShown);
  const index = callCount(turn.input);
  const instructions = isShown
    ? plan.instructions
    : [plan.instructions, prompt(plan.tools, tag, index)].filter(Boolean).join('\n\n');
  const request = turnRequest(head, { ...plan, instructions }, { nudge: asked.nudge, output: undefined });
  return {
    format,
    request: {
      ...request,
      // A model that writes its calls so is a small one, which loses its task over the results.
      ...(isEither && { messages: withTaskRestated(request.messages) }),
      tool_choice: 'none',
      response_format: {
        type: 'structural_tag',
        format: isEither ? eitherFormat(plan, tag, index) : tagFormat(plan, tag, index),
      },
      ...(!isEither && RAW_TEXT),
    },
  };
}

/** A template that does not show tools teaches no format: then a plain one is asked for, with JSON in it. */
function formatFor(own: CallFormat, isShown: boolean): { readonly format: CallFormat; readonly tag: CallTag } {
  const { tag } = own;
  if (tag !== undefined && (isShown || tag.content === 'json')) return { format: own, tag };
  return { format: HERMES, tag: HERMES.tag as CallTag }; // it has one
}

/** The marks of some models are special tokens, which would be left out of the text. */
const RAW_TEXT = { skip_special_tokens: false, spaces_between_special_tokens: false } as const;

function bareJson(): { readonly format: CallFormat; readonly tag: CallTag } {
  return { format: BARE_JSON, tag: BARE_JSON.tag as CallTag }; // it has one
}

/**
 * Calls, one a line, also in a code fence; or words. The beginning decides, and the one cannot turn into the other. A model that is kept
 * from the form that it prefers was seen to write about the call instead, so all forms are there that were seen.
 */
function eitherFormat(plan: TurnPlan, tag: CallTag, index: number): JsonObject {
  if (plan.toolChoice === 'none') return { type: 'regex', pattern: ONLY_WORDS_PATTERN };
  const { tags, offered } = offeredTags(plan, tag, index);
  const indented = offered.map((tool) => ({
    type: 'tag',
    begin: `{\n  "name": ${JSON.stringify(tool.name)},\n  "arguments": `,
    content: contentOf(tool, tag),
    end: '\n}',
  }));
  const calls = { type: 'tags_with_separator', tags: [...tags, ...indented], separator: '\n', at_least_one: true };
  const fence = (text: string): JsonObject => ({ type: 'const_string', value: text });
  const fenced = { type: 'sequence', elements: [fence('```json\n'), calls, fence('\n```')] };
  const words = { type: 'regex', pattern: WORDS_PATTERN };
  return { type: 'or', elements: isForced(plan.toolChoice) ? [calls, fenced] : [calls, fenced, words] };
}

function offeredTags(
  { tools, toolChoice }: TurnPlan,
  tag: CallTag,
  index: number,
): { readonly offered: readonly Tool[]; readonly tags: readonly JsonObject[] } {
  const named = typeof toolChoice === 'object' ? toolChoice.function.name : undefined;
  const offered = named === undefined ? tools : tools.filter(({ name }) => name === named);
  const tags = offered.map((tool) => ({
    type: 'tag',
    begin: tag.begin(tool.name, index),
    content: contentOf(tool, tag),
    end: tag.end,
  }));
  return { offered, tags };
}

function tagFormat(plan: TurnPlan, tag: CallTag, index: number): JsonObject {
  const { offered, tags } = offeredTags(plan, tag, index);
  const { toolChoice } = plan;
  const [only] = tags;
  // A single call that must be: no word before it, for a weak model would never come to it.
  if (isForced(toolChoice) && only !== undefined && tags.length === 1) return only;
  const { trigger } = tag;
  const triggers = typeof trigger === 'string' ? [trigger] : offered.map(({ name }) => trigger(name));
  return { type: 'triggered_tags', triggers, tags, ...(isForced(toolChoice) && { at_least_one: true }) };
}

function contentOf(tool: Tool, { content }: CallTag): JsonObject {
  const schema = toolDefinition(tool).function.parameters ?? { type: 'object' };
  switch (content) {
    case 'json':
      return { type: 'json_schema', json_schema: schema };
    case 'qwen_xml':
      return { type: 'qwen_xml_parameter', json_schema: schema };
    case 'python':
      return { type: 'grammar', grammar: pythonKeywords(schema) };
    case 'text':
      return { type: 'any_text' };
    default:
      return content satisfies never;
  }
}

function prompt(tools: readonly Tool[], tag: CallTag, index: number): string {
  const functions = tools.map((tool) => JSON.stringify(toolDefinition(tool).function)).join('\n');
  const form = `${tag.begin('<function name>', index)}<arguments as JSON object>${tag.end}`;
  return `You may call these functions:\n${functions}\n\nTo call one, answer only with:\n${form}`;
}

/** Whether the model's template writes the tools into the prompt: then the prompt is longer with them. */
async function isPromptLonger({ client, input, signal }: TurnContext, { tools, params }: TurnPlan): Promise<boolean> {
  const { model } = input.head;
  const headers = sessionHeader({ ...params, session_id: sessionOf(input.head.sessionId, params) });
  const messages = [{ role: 'user', content: 'Hi' }] as const;
  const count = async (more: object): Promise<number> =>
    (await client.tokenize({ model, messages, ...more }, { signal, headers })).count;
  return (await count({ tools: tools.map(toolDefinition) })) > (await count({}));
}
