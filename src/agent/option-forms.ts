// Owns the options of an agent's definition and of a run as data: their names, the form of each value, and what people call them elsewhere.
// Refusing others is left to `check-options.ts`.

import { isObject } from '../core/json.ts';
import type { KnownNames } from '../core/known-names.ts';
import type { AgentDefinition, RunHooks } from './agent.ts';
import type { RunOptions } from './run-options.ts';

export interface Form {
  readonly isRight: (value: unknown) => boolean;
  /** After "must be". */
  readonly words: string;
}

const ANY: Form = { isRight: () => true, words: '' };
const TEXT: Form = { isRight: (value) => typeof value === 'string', words: 'a text' };
const NAME: Form = {
  isRight: (value) => typeof value === 'string' && value !== '',
  words: 'a text that is not empty',
};
const FUNCTION: Form = { isRight: (value) => typeof value === 'function', words: 'a function' };
const OBJECT: Form = { isRight: isObject, words: 'an object' };
const TOOL_CHOICE: Form = {
  isRight: (value) =>
    ['auto', 'required', 'none'].includes(String(value)) || (isObject(value) && isObject(value.function)),
  words: "'auto', 'required', 'none' or { type: 'function', function: { name } }",
};

const RESCUE: Form = {
  isRight: (value) => value === 'auto' || value === 'ask' || value === 'off',
  words: "'auto', 'ask' or 'off'",
};

const HOOKS: Readonly<Record<keyof RunHooks, Form>> = {
  onEvent: FUNCTION,
  prepareTurn: FUNCTION,
  approve: FUNCTION,
  askUser: FUNCTION,
};

export const AGENT_FORMS: Readonly<Record<keyof AgentDefinition, Form>> = {
  name: TEXT,
  description: TEXT,
  instructions: {
    isRight: (value) => typeof value === 'string' || typeof value === 'function',
    words: 'a text or a function that gives one',
  },
  model: TEXT,
  tools: ANY,
  providers: {
    isRight: (value) => Array.isArray(value) && value.every((one) => isObject(one) && typeof one.open === 'function'),
    words: 'a list of tool providers',
  },
  toolSearch: {
    isRight: (value) => value === 'auto' || value === 'on' || value === 'off',
    words: "'auto', 'on' or 'off'",
  },
  sampling: { isRight: (value) => value === 'ask' || value === 'allow', words: "'ask' or 'allow'" },
  toolChoice: TOOL_CHOICE,
  params: OBJECT,
  thinking: ANY,
  rescue: RESCUE,
  output: ANY,
  limits: OBJECT,
  parallelCalls: {
    isRight: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 1,
    words: 'a whole number, 1 or more',
  },
  ...HOOKS,
};

export const RUN_FORMS: Readonly<Record<keyof RunOptions, Form>> = {
  client: { isRight: (value) => isObject(value) && 'chat' in value, words: 'a VllmClient' },
  model: TEXT,
  signal: {
    isRight: (value) => isObject(value) && typeof value.addEventListener === 'function' && 'aborted' in value,
    words: 'an AbortSignal, such as that of an AbortController',
  },
  context: ANY,
  state: ANY,
  messages: ANY,
  approvals: ANY,
  toolChoice: TOOL_CHOICE,
  params: OBJECT,
  limits: OBJECT,
  thinking: ANY,
  rescue: RESCUE,
  host: { isRight: FUNCTION.isRight, words: 'a function that makes a host' },
  runId: NAME,
  sessionId: NAME,
  ...HOOKS,
};

/** What people write who come from other libraries, and for both. */
const OTHERWISE = {
  maxTurns: '`limits: { turns }`',
  maxSteps: '`limits: { turns }`',
  maxIterations: '`limits: { turns }`',
  maxToolCalls: '`limits: { toolCalls }`',
  timeout: '`limits: { timeMs }`',
  timeoutMs: '`limits: { timeMs }`',
  temperature: '`params: { temperature }`',
  maxTokens: '`params: { max_tokens }`',
  max_tokens: '`params: { max_tokens }`',
  tool_choice: '`toolChoice`',
} as const;

export const AGENT_NAMES: KnownNames = {
  names: Object.keys(AGENT_FORMS),
  otherwise: {
    ...OTHERWISE,
    system: '`instructions`',
    systemPrompt: '`instructions`',
    prompt: '`instructions`',
    outputType: '`output`',
    outputSchema: '`output`',
    agents: '`tools: [agentTool(agent)]`',
    handoffs: '`tools: [agentTool(agent)]`',
  },
};

export const RUN_NAMES: KnownNames = {
  names: Object.keys(RUN_FORMS),
  otherwise: { ...OTHERWISE, abortSignal: '`signal`', maxParallelCalls: '`parallelCalls` of the agent' },
};
