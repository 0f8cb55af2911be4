// Owns finding out whom a question of a server is for: the run whose call made the server ask, and nobody else. Asking is left to
// `questions.ts`.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { ProviderContext } from '../tool/tool-provider.ts';

/** A call that is under way, with the questions that it has led to. */
export interface CallUnderWay {
  readonly context: ProviderContext;
  forms: number;
  samples: number;
}

export class Callers {
  readonly #current = new AsyncLocalStorage<CallUnderWay>();
  readonly #underWay = new Set<CallUnderWay>();

  /** Makes a call for a user of the server. */
  async during<T>(context: ProviderContext, call: () => T): Promise<Awaited<T>> {
    const underWay: CallUnderWay = { context, forms: 0, samples: 0 };
    this.#underWay.add(underWay);
    try {
      return await this.#current.run(underWay, call);
    } finally {
      this.#underWay.delete(underWay);
    }
  }

  /** Does what belongs to no call, though it may begin in one: a connection outlives the call that needed it. */
  outside<T>(work: () => T): T {
    return this.#current.exit(work);
  }

  /**
   * The call that a question belongs to. Over HTTP it comes in the response to the call; a program has one output for all, so that it must
   * be the only user with a call under way. Undefined when that is not certain.
   */
  find(): CallUnderWay | undefined {
    const current = this.#current.getStore();
    if (current !== undefined) return this.#underWay.has(current) ? current : undefined;
    const [first, ...others] = this.#underWay;
    return others.every(({ context }) => context === first?.context) ? first : undefined;
  }
}
