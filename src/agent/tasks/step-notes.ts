// Owns gathering what a step causes beside its result, for its value. Acting on it is left to the loop.

import type { InnerUse, KeptResult, StepFacts } from '../../core/call.ts';
import type { RunWarning } from '../../core/run-warning.ts';

/** Most steps cause nothing. */
const NOTHING: StepFacts = {};

/** Warnings, kept results and use of one step, or of what happens between steps. */
export class StepNotes {
  #facts: StepFacts = NOTHING;

  readonly warn = (warning: RunWarning): void => {
    this.add({ warnings: [warning] });
  };

  readonly addUse = (use: InnerUse): void => {
    this.add({ inner: [use] });
  };

  keep(result: KeptResult): void {
    this.add({ kept: [result] });
  }

  /** Takes over what another has noted. */
  add(more: StepFacts): this {
    if (more === NOTHING) return this;
    const { warnings = [], kept = [], inner = [] } = this.#facts;
    this.#facts = {
      warnings: [...warnings, ...(more.warnings ?? [])],
      kept: [...kept, ...(more.kept ?? [])],
      inner: [...inner, ...(more.inner ?? [])],
    };
    return this;
  }

  /** What was noted, once. */
  take(): StepFacts {
    const facts = this.#facts;
    this.#facts = NOTHING;
    return facts;
  }
}
