// Owns counting a run's use of its limits, that of an inner agent against those of the agent that called it.
// What happens at a limit is left to the loop.

import type { RunSpent } from '../../core/call.ts';
import type { LimitName, Outcome } from '../../core/run-event.ts';
import type { RunLimits } from '../limits.ts';

export type Counter = 'turns' | 'toolCalls' | 'tokens' | 'corrections';

const COUNTERS: readonly Counter[] = ['turns', 'toolCalls', 'tokens', 'corrections'];

/** What each is called in an outcome, and in words. */
const NAMES: Readonly<Record<Counter, readonly [limit: LimitName, noun: string]>> = {
  turns: ['turns', 'turns'],
  toolCalls: ['tool_calls', 'tool calls'],
  tokens: ['tokens', 'tokens'],
  corrections: ['corrections', 'corrections'],
};

/**
 * What is spent is part of the run's state. What runs inside a step counts at once, so that inner agents side by side share one limit,
 * and is replaced by the recorded figures when the step has given its value.
 */
export class Budget {
  readonly #limits: RunLimits;
  readonly #outer: Budget | undefined;
  #spent: Record<Counter | 'timeMs', number>;
  #inFlight: Record<Counter, number> = nothing();
  #isInside = false;

  constructor(limits: RunLimits, spent: RunSpent, outer?: Budget) {
    this.#limits = limits;
    this.#spent = { ...spent };
    this.#outer = outer;
  }

  get spent(): RunSpent {
    const { turns, toolCalls, tokens, corrections, timeMs } = this.#spent;
    return { turns, toolCalls, tokens, corrections, timeMs };
  }

  /** Milliseconds under way since the start of the run, as far as it is recorded. */
  get timeMs(): number {
    return this.#spent.timeMs;
  }

  spend(counter: Counter, amount: number): void {
    this.#spent[counter] += amount;
    this.#outer?.spendInside(counter, amount);
  }

  /** Counts for something that runs inside a step, before the step gives its value. */
  spendInside(counter: Counter, amount: number): void {
    this.#isInside = true;
    this.#inFlight[counter] += amount;
    this.#outer?.spendInside(counter, amount);
  }

  /** The steps under way have given their values: from now on the use that they recorded counts. */
  settle(used: readonly RunSpent[]): void {
    if (used.length === 0 && !this.#isInside) return;
    for (const counter of COUNTERS) {
      const total = used.reduce((sum, spent) => sum + spent[counter], 0);
      this.#spent[counter] += total;
      // The use of a replayed step was not counted while it ran.
      this.#outer?.spendInside(counter, total - this.#inFlight[counter]);
    }
    this.#inFlight = nothing();
    this.#isInside = false;
  }

  /** Milliseconds under way since the start of the run. */
  setTime(timeMs: number): void {
    this.#spent.timeMs = timeMs;
  }

  /** The outcome when the time is over; that of an outer run is ended by the outer run itself. */
  overTime(): Outcome | undefined {
    const { timeMs } = this.#limits;
    return timeMs > 0 && this.#spent.timeMs >= timeMs ? timeOutcome(timeMs) : undefined;
  }

  /** The outcome when `more` of it would pass a limit, this run's or an outer one's. */
  over(counter: Counter, more: number): Outcome | undefined {
    const limit = this.#limits[counter];
    if (limit > 0 && this.#spent[counter] + this.#inFlight[counter] + more > limit) {
      const [name, noun] = NAMES[counter];
      const message = `The run reached its limit of ${limit} ${noun} (\`limits.${counter}\`).`;
      return { type: 'limit', limit: name, message };
    }
    return this.#outer?.over(counter, more);
  }
}

export function timeOutcome(timeMs: number): Outcome {
  const message = `The run took longer than its limit of ${timeMs} ms (\`limits.timeMs\`).`;
  return { type: 'limit', limit: 'time', message };
}

function nothing(): Record<Counter, number> {
  return { turns: 0, toolCalls: 0, tokens: 0, corrections: 0 };
}
