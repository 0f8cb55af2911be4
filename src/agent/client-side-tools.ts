// Owns a turn on a server without a tool parser: its grammar is brought a structural tag that makes calls exact, and the calls
// are read from the text. Reading them is left to the rescue, how the family writes them to its profile.

import type { ChatParams } from '../client/chat-params.ts';
import type { JsonObject } from '../core/json.ts';
import type { CallFormat, CallTag } from '../model/format/call-format.ts';
import { HERMES } from '../model/format/call-formats.ts';
import { pythonKeywords } from '../model/python-grammar.ts';
import type { Tool } from '../tool/tool.ts';
import type { TurnPlan } from './agent.ts';
import type { RunContext } from './run-context.ts';
import { callCount } from './run-context.ts';
import { isForced, toolDefinition, turnRequest } from './turn-request.ts';

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
  run: RunContext,
  plan: TurnPlan,
  nudge: string | undefined,
): Promise<ClientSideRequest> {
  const isShown = await templateShowsTools(run, plan);
  const { format, tag } = formatFor(run.profile.format, isShown);
  const index = callCount(run);
  const instructions = isShown
    ? plan.instructions
    : [plan.instructions, prompt(plan.tools, tag, index)].filter(Boolean).join('\n\n');
  const request = turnRequest(run.model, { ...plan, instructions }, { nudge, output: undefined });
  return {
    format,
    request: {
      ...request,
      tool_choice: 'none',
      response_format: { type: 'structural_tag', format: tagFormat(plan, tag, index) },
      // The marks of some models are special tokens, which would be left out of the text.
      skip_special_tokens: false,
      spaces_between_special_tokens: false,
    },
  };
}

/** A template that does not show tools teaches no format: then a plain one is asked for, with JSON in it. */
function formatFor(own: CallFormat, isShown: boolean): { readonly format: CallFormat; readonly tag: CallTag } {
  const { tag } = own;
  if (tag !== undefined && (isShown || tag.content === 'json')) return { format: own, tag };
  return { format: HERMES, tag: HERMES.tag as CallTag }; // it has one
}

function tagFormat({ tools, toolChoice }: TurnPlan, tag: CallTag, index: number): JsonObject {
  const named = typeof toolChoice === 'object' ? toolChoice.function.name : undefined;
  const offered = named === undefined ? tools : tools.filter(({ name }) => name === named);
  const tags = offered.map((tool) => ({
    begin: tag.begin(tool.name, index),
    content: contentOf(tool, tag),
    end: tag.end,
  }));
  const [only] = tags;
  // A single call that must be: no word before it, for a weak model would never come to it.
  if (isForced(toolChoice) && only !== undefined && tags.length === 1) return { type: 'tag', ...only };
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

const shown = new WeakMap<RunContext['client'], Map<string, boolean>>();

/** Whether the model's template writes the tools into the prompt: then the prompt is longer with them. Asked once. */
async function templateShowsTools(run: RunContext, { tools }: TurnPlan): Promise<boolean> {
  const known = shown.get(run.client) ?? new Map<string, boolean>();
  shown.set(run.client, known);
  const told = known.get(run.model);
  if (told !== undefined) return told;
  const messages = [{ role: 'user', content: 'Hi' }] as const;
  try {
    const count = async (more: object): Promise<number> =>
      (await run.client.tokenize({ model: run.model, messages, ...more }, { signal: run.signal })).count;
    const isShown = (await count({ tools: tools.map(toolDefinition) })) > (await count({}));
    known.set(run.model, isShown);
    return isShown;
  } catch {
    // A gateway without the route: said twice is better than not at all.
    return false;
  }
}
