// Owns the option that says how much a model thinks. The request fields that it becomes for a family are in `profile-of.ts`.

import type { ChatParams } from '../../client/chat-params.ts';
import { DefinitionError } from '../../core/definition-error.ts';

/**
 * Whether and how much the model thinks before it answers. `effort` is passed to the template; `budget`, in tokens, cuts the
 * thinking off, and needs a server with a reasoning parser.
 */
export type Thinking =
  | 'on'
  | 'off'
  | { readonly effort: NonNullable<ChatParams['reasoning_effort']> }
  | { readonly budget: number };

/** Throws a DefinitionError for any other value. */
export function checkThinking(thinking: Thinking | undefined, owner: string): void {
  if (thinking === undefined || thinking === 'on' || thinking === 'off') return;
  if (typeof thinking === 'object' && thinking !== null) {
    if ('effort' in thinking && typeof thinking.effort === 'string') return;
    if ('budget' in thinking && Number.isInteger(thinking.budget) && thinking.budget >= 0) return;
  }
  const forms = "'on', 'off', { effort: 'low' } or { budget: 1000 }";
  throw new DefinitionError(`${owner}: \`thinking\` is ${JSON.stringify(thinking)}; it must be ${forms}.`);
}
