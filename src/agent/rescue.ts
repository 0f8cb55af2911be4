// Owns the option that says what becomes of calls in text. Finding them is left to `src/model/scanner`, taking them to `turn/calls-in-text.ts`.

import { DefinitionError } from '../core/definition-error.ts';

/**
 * What becomes of a call in text that the server did not parse: it runs, where it is plain that the model made it (`auto`); a person is
 * asked first, as for a tool with `needsApproval` (`ask`); or it is text (`off`).
 */
export type Rescue = 'auto' | 'ask' | 'off';

/** Throws a DefinitionError for any other value. */
export function checkRescue(rescue: Rescue | undefined, owner: string): void {
  if (rescue === undefined || rescue === 'auto' || rescue === 'ask' || rescue === 'off') return;
  throw new DefinitionError(`${owner}: \`rescue\` is ${JSON.stringify(rescue)}; it must be 'auto', 'ask' or 'off'.`);
}
