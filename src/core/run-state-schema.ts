// Owns the JSON Schema of a run's state, for stores and for other languages. Reading a state is left to `parseRunState`. Fields that the
// schema does not name are allowed.

import type { JsonObject } from './json.ts';

const count: JsonObject = { type: 'integer', minimum: 0 };
const text: JsonObject = { type: 'string' };
const textOrNull: JsonObject = { type: ['string', 'null'] };
const known: JsonObject = { type: ['integer', 'null'], minimum: 0 };

function object(properties: JsonObject, optional: readonly string[] = []): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) };
}

function list(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

function orNull(schema: JsonObject): JsonObject {
  return { anyOf: [schema, { type: 'null' }] };
}

function ref(name: string): JsonObject {
  return { $ref: `#/$defs/${name}` };
}

/** Which schema holds follows from one field, so that an error names the field that is wrong and not this one. */
function byField(field: string, schemas: JsonObject): JsonObject {
  return {
    ...object({ [field]: { enum: Object.keys(schemas) } }),
    allOf: Object.entries(schemas).map(([value, schema]) => ({
      if: { properties: { [field]: { const: value } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: schema,
    })),
  };
}

const parts = list({ type: 'object', properties: { type: text }, required: ['type'] });
const content: JsonObject = { anyOf: [text, parts] };
const contentOrNull: JsonObject = { anyOf: [textOrNull, parts] };
const plainMessage = object({ content });

const toolCall = object({
  id: text,
  type: { const: 'function' },
  function: object({ name: text, arguments: text }),
});

const preparedPart = { key: text, callId: text, toolName: text };

const definitions: JsonObject = {
  assistantMessage: object(
    {
      role: { const: 'assistant' },
      content: contentOrNull,
      tool_calls: list(toolCall),
      reasoning: textOrNull,
      reasoning_content: textOrNull,
    },
    ['content', 'tool_calls', 'reasoning', 'reasoning_content'],
  ),
  toolMessage: object({ role: { const: 'tool' }, tool_call_id: text, content }),
  message: byField('role', {
    system: plainMessage,
    developer: plainMessage,
    user: plainMessage,
    assistant: ref('assistantMessage'),
    tool: ref('toolMessage'),
  }),
  warning: object(
    {
      code: text,
      message: text,
      turn: count,
      callId: text,
      toolName: text,
      source: object({ place: { enum: ['content', 'reasoning'] }, format: text, text }),
    },
    ['turn', 'callId', 'toolName', 'source'],
  ),
  usage: object({
    promptTokens: count,
    completionTokens: count,
    totalTokens: count,
    cachedTokens: known,
    reasoningTokens: known,
  }),
  spent: object({
    turns: count,
    toolCalls: count,
    tokens: count,
    corrections: count,
    timeMs: { type: 'number', minimum: 0 },
  }),
  toolChoice: {
    anyOf: [
      { enum: ['auto', 'none', 'required', null] },
      object({ type: { const: 'function' }, function: object({ name: text }) }),
    ],
  },
  loop: object(
    {
      phase: { enum: ['work', 'output'] },
      toolChoice: ref('toolChoice'),
      added: list(ref('message')),
      request: object({ nudge: textOrNull, isWithoutThinking: { type: 'boolean' } }),
      retry: orNull(object({ of: { enum: ['empty', 'stream', 'cut'] } })),
      room: known,
      failures: { type: 'object', additionalProperties: count },
      outputFailures: count,
      lastCall: orNull(object({ toolName: text, arguments: {}, times: count })),
      ran: object({
        calls: list(
          object({
            message: count,
            call: count,
            isError: { type: 'boolean' },
            isChange: { type: 'boolean' },
            times: count,
          }),
        ),
        isWorldChanging: { type: 'boolean' },
      }),
      context: orNull(object({ tokens: { type: 'number', minimum: 0 }, messages: count })),
      toolMode: { enum: ['server', 'client', 'client_json'] },
    },
    ['room', 'ran'],
  ),
  preparedCall: byField('type', {
    ready: object(
      {
        ...preparedPart,
        arguments: { type: 'object' },
        approvalId: textOrNull,
        isRescued: { const: true },
        isRepeatable: { const: true },
        isReadOnly: { const: true },
        isSequential: { type: 'boolean' },
        isIdempotent: { type: 'boolean' },
        holdsRun: { type: 'boolean' },
      },
      ['isRescued', 'isRepeatable', 'isReadOnly', 'isIdempotent'],
    ),
    refused: object({ ...preparedPart, problem: text, message: text, argumentsText: text }),
  }),
  pending: object({
    message: ref('assistantMessage'),
    calls: list(ref('preparedCall')),
    results: list(orNull(ref('toolMessage'))),
  }),
  outcome: object({ type: { enum: ['completed', 'limit', 'aborted', 'failed', 'empty', 'waiting'] } }),
};

const said = object({ reasoning: text, content: text });

/** What both versions have. */
const common: JsonObject = {
  runId: text,
  agent: text,
  messages: list(ref('message')),
  turns: count,
  toolCalls: count,
  usage: ref('usage'),
  warnings: list(ref('warning')),
  outcome: orNull(ref('outcome')),
  output: {},
};

/** The JSON Schema (2020-12) of `RunState`. */
export const RUN_STATE_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'RunState of vllm-agents, version 2',
  ...object(
    {
      version: { const: 2 },
      ...common,
      sessionId: text,
      spent: ref('spent'),
      loop: orNull(ref('loop')),
      serverParses: { type: 'boolean' },
      kept: list(object({ callId: text, text })),
      pending: orNull(ref('pending')),
      unfinished: orNull(said),
    },
    ['sessionId'],
  ),
  $defs: definitions,
};

/** The JSON Schema of states of version 1. */
export const RUN_STATE_SCHEMA_1: JsonObject = {
  ...object({
    version: { const: 1 },
    ...common,
    pending: orNull(object({ message: ref('assistantMessage'), results: list(orNull(ref('toolMessage'))) })),
    current: orNull(said),
  }),
  $defs: definitions,
};
