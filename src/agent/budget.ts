// Owns counting a run's use of its limits, an inner agent's against those of the agent that called it.
// What happens at a limit is left to the loop.

import type { LimitName, Outcome } from '../core/run-event.ts';
import type { RunLimits } from './limits.ts';

type Counter = 'turns' | 'toolCalls' | 'tokens' | 'corrections';

const LIMIT_NAMES: Readonly<Record<Counter, LimitName>> = {
  turns: 'turns',
  toolCalls: 'tool_calls',
  tokens: 'tokens',
  corrections: 'corrections',
};

const NOUNS: Readonly<Record<Counter, string>> = {
  turns: 'turns',
  toolCalls: 'tool calls',
  tokens: 'tokens',
  corrections: 'corrections',
};

/** Counts up; an inner agent's budget counts in its parent's too, so that several running at once share one limit. */
export class Budget {
  readonly #limits: RunLimits;
  readonly #parent: Budget | undefined;
  readonly #used: Record<Counter, number> = { turns: 0, toolCalls: 0, tokens: 0, corrections: 0 };

  constructor(limits: RunLimits, parent: Budget | undefined) {
    this.#limits = limits;
    this.#parent = parent;
  }

  spend(counter: Counter, amount: number): void {
    this.#used[counter] += amount;
    this.#parent?.spend(counter, amount);
  }

  /** The outcome when `more` of it would pass a limit, this run's or an outer one's. */
  over(counter: Counter, more: number): Outcome | undefined {
    const limit = this.#limits[counter];
    if (limit > 0 && this.#used[counter] + more > limit) {
      const message = `The run reached its limit of ${limit} ${NOUNS[counter]} (\`limits.${counter}\`).`;
      return { type: 'limit', limit: LIMIT_NAMES[counter], message };
    }
    return this.#parent?.over(counter, more);
  }
}
