// Owns the consumer's side of a run: its events, its result, steering and abort. What happens is left to `execute.ts`.

import { DefinitionError } from '../core/definition-error.ts';
import type { Message, UserMessage } from '../core/message.ts';
import type { RunEvent } from '../core/run-event.ts';
import { BatchedIterator } from '../flow/batched-iterator.ts';
import { Channel } from '../flow/channel.ts';
import type { PreparedRun, RunEnds } from './execute.ts';
import { prepareRun } from './execute.ts';
import type { RunJob, RunResult } from './run-options.ts';

/** How many events may wait for the consumer before the run waits for it. */
const CHANNEL_CAPACITY = 256;

/**
 * A run under way. Iterate it once for its events, or await `result`, or both. Leaving the loop early cancels the run
 * and, with it, the request, so that vLLM stops generating.
 */
export class RunStream implements AsyncIterable<RunEvent> {
  readonly #channel = new Channel<RunEvent>(CHANNEL_CAPACITY);
  readonly #steering: Message[] = [];
  readonly #run: PreparedRun;
  #execution: Promise<RunResult> | undefined;
  #isIterated = false;

  /** Made by `stream`, from a job or from what prepares one later. Throws a DefinitionError on misuse. */
  constructor(job: RunJob | ((ends: RunEnds) => PreparedRun)) {
    const channel = this.#channel;
    const ends: RunEnds = {
      takeSteering: () => this.#takeSteering(),
      push: (event) => channel.push(event),
      ready: () => channel.ready(),
    };
    this.#run = typeof job === 'function' ? job(ends) : prepareRun(job, ends);
  }

  /**
   * How the run ended. Never rejects for what the world does wrong, except that a run with a store rejects with a StoreError when it cannot
   * be recorded. Without an iteration it drives the run itself.
   */
  get result(): Promise<RunResult> {
    if (!this.#isIterated) this.#channel.discard();
    return this.#start();
  }

  [Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    if (this.#isIterated || this.#execution !== undefined) {
      throw new DefinitionError('A run can be iterated once, and not after `result` was asked for.');
    }
    this.#isIterated = true;
    return this.#events();
  }

  /** Adds a user message before the next turn. After the last turn it changes nothing. */
  send(message: string | UserMessage): void {
    this.#steering.push(typeof message === 'string' ? { role: 'user', content: message } : message);
  }

  /** Ends the run with the outcome `aborted`. */
  abort(): void {
    this.#run.abort();
  }

  #takeSteering(): readonly Message[] | Promise<readonly Message[]> {
    const take = (): readonly Message[] => this.#steering.splice(0);
    const behind = this.#channel.letCatchUp();
    return behind === undefined ? take() : behind.then(take);
  }

  #start(): Promise<RunResult> {
    this.#execution ??= this.#run.execute().finally(() => this.#channel.end());
    return this.#execution;
  }

  #events(): AsyncGenerator<RunEvent, void, undefined> {
    const next = (): Promise<readonly RunEvent[] | undefined> => {
      // Once: each further listener on it would stay until the run ends. `close` waits for it, and throws what it threw.
      if (this.#execution === undefined) this.#start().catch(() => {});
      return this.#channel.take();
    };
    const close = async (): Promise<void> => {
      if (!this.#channel.isEnded) {
        this.abort();
        this.#channel.discard();
      }
      await this.#execution;
    };
    return new BatchedIterator({ next, close });
  }
}
