// Owns refusing what is wrong with an agent's definition or with the options of a run. Values with rules of their own (limits, the state)
// are left to the files that own them.

import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import type { KnownNames } from '../core/known-names.ts';
import { unknownOption } from '../core/known-names.ts';
import { checkParams } from '../model/model-params.ts';
import { checkThinking } from '../model/profile/thinking.ts';
import { isTool } from '../tool/tool.ts';
import type { AgentDefinition } from './agent.ts';
import type { Form } from './option-forms.ts';
import { AGENT_FORMS, AGENT_NAMES, RUN_FORMS, RUN_NAMES } from './option-forms.ts';
import type { RunOptions } from './run-options.ts';

/** Throws a DefinitionError that names the agent, the option and what it must be. `further` are options that somebody else reads. */
export function checkDefinition(definition: unknown, further: readonly string[] = []): void {
  if (!isObject(definition)) throw new DefinitionError('`defineAgent` takes an object: { name, instructions, tools }.');
  const { name } = definition;
  if (typeof name !== 'string' || name.trim() === '') throw new DefinitionError('An agent needs a `name`.');
  const owner = `Agent \`${name}\``;
  refuseUnknown(definition, owner, { ...AGENT_NAMES, names: [...AGENT_NAMES.names, ...further] });
  checkForms(definition, owner, AGENT_FORMS);
  checkTools(definition.tools, owner);
  checkParams(definition.params, owner);
  checkThinking(definition.thinking as AgentDefinition['thinking'], owner);
}

/** The same for the options of a run. */
export function checkRunOptions(options: unknown, further: readonly string[] = []): void {
  if (!isObject(options)) throw new DefinitionError('The options of the run must be an object.');
  const owner = 'The options of the run';
  refuseUnknown(options, owner, { ...RUN_NAMES, names: [...RUN_NAMES.names, ...further] });
  checkForms(options, owner, RUN_FORMS);
  checkParams(options.params, owner);
  checkThinking(options.thinking as RunOptions['thinking'], owner);
}

function refuseUnknown(given: object, owner: string, known: KnownNames): void {
  const unknown = unknownOption(given, known);
  if (unknown !== undefined) throw new DefinitionError(`${owner}: ${unknown}`);
}

function checkForms(
  given: Readonly<Record<string, unknown>>,
  owner: string,
  forms: Readonly<Record<string, Form>>,
): void {
  for (const [name, { isRight, words }] of Object.entries(forms)) {
    const value = given[name];
    if (value === undefined || isRight(value)) continue;
    throw new DefinitionError(`${owner}: \`${name}\` is ${kindOf(value)}; it must be ${words}.`);
  }
}

function checkTools(tools: unknown, owner: string): void {
  if (tools === undefined) return;
  if (isTool(tools))
    throw new DefinitionError(`${owner}: \`tools\` is one tool; it must be a list: write [${tools.name}].`);
  if (!Array.isArray(tools))
    throw new DefinitionError(`${owner}: \`tools\` is ${kindOf(tools)}; it must be a list of tools.`);
  for (const [at, tool] of tools.entries()) {
    if (!isTool(tool)) throw new DefinitionError(`${owner}: \`tools[${at}]\` is ${kindOf(tool)}: ${remedyFor(tool)}.`);
  }
}

function remedyFor(value: unknown): string {
  if (isAgent(value)) return 'make it a tool with agentTool(agent)';
  if (Array.isArray(value)) return 'write its tools one by one, or ...list';
  if (value instanceof Promise) return 'await it';
  return 'make it with defineTool({ … })';
}

/** Whether a value was made by `defineAgent`. */
export function isAgent(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    Array.isArray(value.tools) &&
    Array.isArray(value.providers) &&
    isObject(value.limits)
  );
}

/** Shows no value: it may be long or secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isAgent(value)) return 'an agent';
  if (isTool(value)) return 'a tool';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? 'a text' : typeof value === 'function' ? 'a function' : 'an object';
}
