// Owns the time limits of one call and its cancellation: the total limit, that of the current phase, the caller's signal.
// What a phase is and when it ends is left to the transport.

import type { VllmError } from '../core/vllm-error.ts';
import { AbortError, TimeoutError } from './errors.ts';

type Phase = 'first_byte' | 'idle' | 'silent' | 'call' | 'total';

interface Running {
  readonly timer: NodeJS.Timeout;
  isOn: boolean;
}

interface Limit {
  readonly code: string;
  readonly failure: string;
  readonly remedy: string;
}

const LIMITS: Record<Phase, Limit> = {
  first_byte: {
    code: 'first_byte_timeout',
    failure: 'No byte of the answer arrived',
    remedy: 'The server may be queueing: raise `firstByteTimeoutMs`, or check its load.',
  },
  idle: {
    code: 'idle_timeout',
    failure: 'No further byte of the answer arrived',
    remedy: 'The server stopped in the middle of the answer. The limit is `idleTimeoutMs`.',
  },
  silent: {
    code: 'idle_timeout',
    failure: 'Nothing but comments came',
    remedy: 'The server keeps the connection open and sends no answer. The limit is `firstByteTimeoutMs`.',
  },
  call: {
    code: 'timeout',
    failure: 'The answer was not complete',
    remedy: 'Raise `timeoutMs`, or stream the answer.',
  },
  total: { code: 'total_timeout', failure: 'The call was not over', remedy: 'Raise `totalTimeoutMs`.' },
};

/**
 * Reports to whoever waits that the caller cancelled or that a limit has passed. Whoever makes one calls `dispose` when the call is
 * over, which removes the listener from the caller's signal.
 */
export class Deadline {
  readonly #caller: AbortSignal | undefined;
  readonly #onCallerAbort = (): void => this.cancel();
  readonly #phases: Partial<Record<Phase, Running>> = {};
  #error: VllmError | undefined;
  /** The request id of the current attempt, for the errors. */
  requestId: string | undefined;
  /** Called once with the error that ends the call. Set by whoever waits at the moment. */
  onEnd: ((error: VllmError) => void) | undefined;

  constructor(caller: AbortSignal | undefined) {
    this.#caller = caller;
    caller?.addEventListener('abort', this.#onCallerAbort);
    if (caller?.aborted) this.cancel();
  }

  /** The error that ended the call, if one of its limits or the caller did. */
  get error(): VllmError | undefined {
    return this.#error;
  }

  /** Starts a phase, or starts its time anew. 0 milliseconds: no limit. */
  start(phase: Phase, timeoutMs: number): void {
    if (timeoutMs <= 0) return;
    const known = this.#phases[phase];
    if (known !== undefined) {
      known.isOn = true;
      known.timer.refresh();
      return;
    }
    const timer = setTimeout(() => this.#expire(phase, timeoutMs), timeoutMs);
    this.#phases[phase] = { timer, isOn: true };
  }

  /** Keeps its timer for the next start: a stream starts and stops it with every piece. */
  stop(phase: Phase): void {
    const known = this.#phases[phase];
    if (known !== undefined) known.isOn = false;
  }

  /** Goes on with a phase that was stopped, as if it had not been. */
  resume(phase: Phase): void {
    const known = this.#phases[phase];
    if (known !== undefined) known.isOn = true;
  }

  dispose(): void {
    for (const { timer } of Object.values(this.#phases)) clearTimeout(timer);
    this.#caller?.removeEventListener('abort', this.#onCallerAbort);
  }

  /** Ends the call as the caller's signal does. */
  cancel(): void {
    const cause: unknown = this.#caller?.aborted ? this.#caller.reason : undefined;
    this.#end(cancelled({ requestId: this.requestId, cause }));
  }

  #expire(phase: Phase, timeoutMs: number): void {
    if (this.#phases[phase]?.isOn !== true) return;
    const { code, failure, remedy } = LIMITS[phase];
    const options = { code, requestId: this.requestId, retryable: true };
    this.#end(new TimeoutError(`${failure} within ${timeoutMs} ms. ${remedy}`, options));
  }

  #end(error: VllmError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.onEnd?.(error);
  }
}

/** The error of a request that its caller cancelled. */
export function cancelled(
  options: { readonly requestId?: string | undefined; readonly cause?: unknown } = {},
): AbortError {
  return new AbortError('The request was cancelled.', { code: 'aborted', ...options });
}
