// Owns refusing an agent that is none, and an input or a conversation that is none.

import { DefinitionError } from '../core/definition-error.ts';
import { isObject } from '../core/json.ts';
import { isAgent, kindOf } from './check-options.ts';

/** Throws a DefinitionError for an agent that `defineAgent` did not make. */
export function checkAgent(agent: unknown): void {
  if (isAgent(agent)) return;
  throw new DefinitionError(`The agent to run is ${kindOf(agent)}: make it with defineAgent({ … }).`);
}

/** Throws a DefinitionError for an input, or for a conversation, that is no list of messages. */
export function checkMessages(messages: unknown, what: string): void {
  if (!Array.isArray(messages)) {
    const isMessage = isObject(messages) && typeof messages.role === 'string';
    const remedy = isMessage ? 'put the message into a list' : 'give a text or a list of messages';
    throw new DefinitionError(`${what} is ${kindOf(messages)}: ${remedy}.`);
  }
  for (const [at, message] of messages.entries()) {
    if (isObject(message) && ROLES.has(String(message.role))) continue;
    const words = "{ role, content } with the role 'system', 'user', 'assistant' or 'tool'";
    throw new DefinitionError(`${what}: message ${at + 1} of ${messages.length} is no message: it must be ${words}.`);
  }
}

const ROLES = new Set(['system', 'user', 'assistant', 'tool']);
