// Owns a turn on a server without a tool parser: its grammar is brought a structural tag that makes calls exact, and the calls
// are read from the text. Reading them is left to the rescue.

import type { ChatParams } from '../client/chat-params.ts';
import type { JsonObject } from '../core/json.ts';
import type { Tool } from '../tool/tool.ts';
import type { TurnPlan } from './agent.ts';
import { CLOSE, OPEN } from './rescue.ts';
import type { RunContext } from './run-context.ts';
import { isForced, toolDefinition, turnRequest } from './turn-request.ts';

/**
 * The request of a turn. `tool_choice: "none"` is what such a server takes beside tools; the tag binds the model once it
 * writes the mark, and from the start when the choice is forced.
 */
export async function clientSideRequest(
  run: RunContext,
  plan: TurnPlan,
  nudge: string | undefined,
): Promise<ChatParams> {
  const isShown = await templateShowsTools(run, plan);
  const instructions = isShown
    ? plan.instructions
    : [plan.instructions, prompt(plan.tools)].filter(Boolean).join('\n\n');
  const request = turnRequest(run.model, { ...plan, instructions }, nudge === undefined ? {} : { nudge });
  return {
    ...request,
    tool_choice: 'none',
    response_format: { type: 'structural_tag', format: tagFormat(plan) },
    // The marks of some models are special tokens, which would be left out of the text.
    skip_special_tokens: false,
    spaces_between_special_tokens: false,
  };
}

function tagFormat({ tools, toolChoice }: TurnPlan): JsonObject {
  const named = typeof toolChoice === 'object' ? toolChoice.function.name : undefined;
  const offered = named === undefined ? tools : tools.filter(({ name }) => name === named);
  const tags = offered.map((tool) => ({
    begin: `${OPEN}\n{"name": ${JSON.stringify(tool.name)}, "arguments": `,
    content: { type: 'json_schema', json_schema: parametersOf(tool) },
    end: `}\n${CLOSE}`,
  }));
  const [only] = tags;
  // A single call that must be: no word before it, for a weak model would never come to it.
  if (isForced(toolChoice) && only !== undefined && tags.length === 1) return { type: 'tag', ...only };
  return { type: 'triggered_tags', triggers: [OPEN], tags, ...(isForced(toolChoice) && { at_least_one: true }) };
}

function parametersOf(tool: Tool): JsonObject {
  return toolDefinition(tool).function.parameters ?? { type: 'object' };
}

function prompt(tools: readonly Tool[]): string {
  const functions = tools.map((tool) => JSON.stringify(toolDefinition(tool).function)).join('\n');
  const form = `${OPEN}\n{"name": <function name>, "arguments": <arguments as JSON object>}\n${CLOSE}`;
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
