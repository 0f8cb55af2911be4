// Owns gathering what a step causes beside its result, for its value. Acting on it is left to the loop.

import type { InnerUse, KeptResult, StepFacts } from '../../core/call.ts';
import type { RunWarning } from '../../core/run-warning.ts';

/** Warnings, kept results and use of one step, or of what happens between steps. */
export class StepNotes {
  #warnings: RunWarning[] = [];
  #kept: KeptResult[] = [];
  #uses: InnerUse[] = [];

  readonly warn = (warning: RunWarning): void => {
    this.#warnings.push(warning);
  };

  keep(result: KeptResult): void {
    this.#kept.push(result);
  }

  readonly addUse = (use: InnerUse): void => {
    this.#uses.push(use);
  };

  /** What was noted, once. */
  take(): StepFacts {
    const facts: StepFacts = {
      ...(this.#warnings.length > 0 && { warnings: this.#warnings }),
      ...(this.#kept.length > 0 && { kept: this.#kept }),
      ...(this.#uses.length > 0 && { inner: this.#uses }),
    };
    this.#warnings = [];
    this.#kept = [];
    this.#uses = [];
    return facts;
  }

  /** Takes over what another has noted. */
  add({ warnings = [], kept = [], inner = [] }: StepFacts): this {
    this.#warnings.push(...warnings);
    this.#kept.push(...kept);
    this.#uses.push(...inner);
    return this;
  }
}
