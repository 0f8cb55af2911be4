// Owns the limits of a run, with their defaults. Keeping count is left to the budget.

import { DefinitionError } from '../core/definition-error.ts';

/** Each ends the run with an outcome of its own. 0 turns one off. */
export interface RunLimits {
  /** Model calls. Default 32. */
  readonly turns: number;
  /** Calls of tools that ran. Default 128. */
  readonly toolCalls: number;
  /** Tokens of all requests and answers together, as the server counts them. Default 1 000 000. */
  readonly tokens: number;
  /** Milliseconds from start to end. Default 3 600 000. */
  readonly timeMs: number;
  /** Calls sent back to the model and answers asked for again. Default 16. */
  readonly corrections: number;
  /**
   * How often the same call may come with nothing new in between. It runs the first time, then the model is given its result again; one
   * more than this ends the run. Default 3.
   */
  readonly sameCall: number;
}

export const DEFAULT_LIMITS: RunLimits = {
  turns: 32,
  toolCalls: 128,
  tokens: 1_000_000,
  timeMs: 3_600_000,
  corrections: 16,
  sameCall: 3,
};

/** Fills in defaults. Throws a DefinitionError on a value or a name that is not a limit. */
export function resolveLimits(given: Partial<RunLimits>, base: RunLimits = DEFAULT_LIMITS): RunLimits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new DefinitionError(
        `\`limits.${name}\` is not a limit; the limits are ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
      );
    }
    if (value !== undefined && !(typeof value === 'number' && value >= 0)) {
      throw new DefinitionError(`\`limits.${name}\` is ${value}: it must be a number, 0 or more.`);
    }
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...base, ...set };
}
