// Owns a turn's plan -> the body of its request. Sending it is left to `model-call.ts`.

import type { ChatParams, ToolChoice, ToolDefinition } from '../../client/chat-params.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ModelParams } from '../../model/model-params.ts';
import type { CompiledSchema } from '../../schema/compile.ts';
import type { Tool } from '../../tool/tool.ts';
import type { TurnPlan } from '../agent.ts';
import type { RunHead } from '../loop/task-values.ts';
import { toWire, withNudge } from './history.ts';

/** What a turn asks of the model beside the plan. */
export interface TurnAsk {
  /** An instruction for this one request that does not enter the history. */
  readonly nudge: string | null;
  /** The schema-only turn. No tool may be called in it: vLLM lets a schema suppress every call. */
  readonly output: CompiledSchema<JsonValue> | undefined;
}

/** The request of a turn on a server that parses calls itself. */
export function turnRequest(head: RunHead, plan: TurnPlan, ask: TurnAsk): ChatParams {
  const { model } = head;
  const messages = withNudge(toWire(plan.instructions, plan.messages), ask.nudge);
  // Not by spreading: V8 was seen to make a new shape for each such literal, which every reader of it then pays for.
  const request: ChatParams = Object.assign({}, plan.params, {
    model,
    messages,
    session_id: sessionOf(head.sessionId, plan.params),
  });
  if (ask.output !== undefined) return Object.assign(request, { response_format: schemaFormat(ask.output) });
  if (plan.tools.length === 0) return request;
  const choice = plan.toolChoice === undefined ? undefined : { tool_choice: plan.toolChoice };
  return Object.assign(request, { tools: toolDefinitions(plan.tools) }, choice);
}

/** The id of the conversation: that of the parameters, else the run's. With null there nothing is sent, for servers that refuse the field. */
export function sessionOf(sessionId: string, { session_id: given = sessionId }: ModelParams): string | undefined {
  return given ?? undefined;
}

const lists = new WeakMap<readonly Tool[], readonly ToolDefinition[]>();

/** One list for each list of tools, so that it is made and measured once. */
function toolDefinitions(tools: readonly Tool[]): readonly ToolDefinition[] {
  const known = lists.get(tools) ?? tools.map(toolDefinition);
  lists.set(tools, known);
  return known;
}

/**
 * What vLLM's grammar can hold is sent with `strict`, for that alone makes vLLM enforce arguments. Where there are none to enforce it is left
 * out: some models were seen to write white space without end in the empty object (https://github.com/vllm-project/vllm/issues/50989).
 */
export function toolDefinition(tool: Tool): ToolDefinition {
  const known = definitions.get(tool) ?? makeDefinition(tool);
  definitions.set(tool, known);
  return known;
}

/** One object for each tool, so that it is made once. */
const definitions = new WeakMap<Tool, ToolDefinition>();

function makeDefinition(tool: Tool): ToolDefinition {
  const { name, description, schema, isStrict } = tool;
  const strict = isStrict && 'jsonSchema' in schema.strict ? schema.strict.jsonSchema : undefined;
  if (strict === undefined) return { type: 'function', function: { name, description, parameters: schema.jsonSchema } };
  const enforced = takesArguments(strict) ? { strict: true } : undefined;
  return { type: 'function', function: { name, description, parameters: strict, ...enforced } };
}

/** Whether the schema says anything about the arguments. */
function takesArguments(schema: JsonObject): boolean {
  return ARGUMENT_KEYWORDS.some((keyword) => {
    const value = schema[keyword];
    return typeof value === 'string' || (typeof value === 'object' && value !== null && Object.keys(value).length > 0);
  });
}

/** Those that name arguments, restrict their values, or stand for a schema that does. */
const ARGUMENT_KEYWORDS = [
  'properties',
  'required',
  'additionalProperties',
  'patternProperties',
  'anyOf',
  'oneOf',
  'allOf',
  '$ref',
  'enum',
  'const',
];

/** Why a tool goes without the grammar, in words; undefined when it does not. */
export function notStrictReason(tool: Tool): string | undefined {
  if (!tool.isStrict) return undefined; // the author's own wish needs no telling
  return 'reason' in tool.schema.strict ? tool.schema.strict.reason : undefined;
}

function schemaFormat(schema: CompiledSchema<JsonValue>): NonNullable<ChatParams['response_format']> {
  const shape: JsonObject = 'jsonSchema' in schema.strict ? schema.strict.jsonSchema : schema.jsonSchema;
  return { type: 'json_schema', json_schema: { name: 'output', schema: shape } };
}

/** Whether this choice makes the model call. */
export function isForced(choice: ToolChoice | undefined): boolean {
  return choice === 'required' || typeof choice === 'object';
}
