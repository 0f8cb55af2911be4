// Owns what a server may ask: forms and pages of the user, answers of the model, each of the run whose call made it ask, one at a time and
// up to a number. Finding that run is left to `callers.ts`, asking to the run.

import type { JsonObject } from '../core/json.ts';
import type { InputAnswer, InputRequest, ProviderContext, SampleAnswer } from '../tool/tool-provider.ts';
import type { Callers, CallUnderWay } from './callers.ts';
import { sampleRequest } from './sampling.ts';

/** For one call. More is no question but a flood, of which each one costs a person's time or a turn of the model. */
const MAX_FORMS = 20;
const MAX_SAMPLES = 10;

interface QuestionsOptions {
  readonly server: string;
  readonly callers: Callers;
  readonly warn: (code: string, message: string) => void;
}

export class Questions {
  readonly #options: QuestionsOptions;
  /** The forms of each user, one after another: nobody fills in several at once. */
  readonly #last = new WeakMap<ProviderContext, Promise<unknown>>();

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** Declines when it is not certain whom to ask, when nobody can be asked, and after too many forms. */
  async askUser(request: Omit<InputRequest, 'provider'>, signal: AbortSignal): Promise<InputAnswer> {
    const call = this.#caller('the user');
    const { askUser } = call?.context ?? {};
    if (call === undefined || askUser === undefined) return { action: 'decline' };
    if (++call.forms > MAX_FORMS) {
      if (call.forms === MAX_FORMS + 1) this.#warnOfMany(`shows the user more than ${MAX_FORMS} forms`);
      return { action: 'decline' };
    }
    const before = this.#last.get(call.context) ?? Promise.resolve();
    const asked = before.then(async (): Promise<InputAnswer> => {
      if (signal.aborted) return { action: 'cancel' };
      return await askUser({ ...request, provider: this.#options.server }, signal);
    });
    this.#last.set(
      call.context,
      asked.catch(() => undefined),
    );
    return await asked;
  }

  /** Rejects when it is not certain which run's model to ask, when the run does not allow it, and after too many requests. */
  async sample(params: JsonObject, signal: AbortSignal): Promise<SampleAnswer> {
    const call = this.#caller('the model');
    if (call?.context.sample === undefined) throw new Error('There is no run whose model can be asked.');
    if (++call.samples > MAX_SAMPLES) {
      if (call.samples === MAX_SAMPLES + 1) this.#warnOfMany(`asks the model more than ${MAX_SAMPLES} times`);
      throw new Error(`A call may ask the model ${MAX_SAMPLES} times.`);
    }
    return await call.context.sample(sampleRequest(this.#options.server, params), signal);
  }

  #caller(whom: string): CallUnderWay | undefined {
    const call = this.#options.callers.find();
    if (call === undefined) {
      const why = `it asks ${whom} something, and it is not certain which run's call that belongs to`;
      this.#options.warn('mcp_unasked', `${why}: declined.`);
    }
    return call;
  }

  #warnOfMany(what: string): void {
    this.#options.warn('mcp_flood', `it ${what} during one call; the rest is declined.`);
  }
}
