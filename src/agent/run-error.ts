// Owns the error for people who want an exception when a run does not complete. Without it, how a run ended is data.

import type { Outcome } from '../core/run-event.ts';
import { VllmError } from '../core/vllm-error.ts';
import type { RunResult } from './run-options.ts';

/** A run that did not complete. `code` is that of the failure, else the type of the outcome. */
export class RunError extends VllmError {
  override readonly kind = 'RunError';
  readonly #result: RunResult;

  constructor(result: RunResult) {
    const { outcome } = result;
    const failure = outcome.type === 'failed' ? outcome.error : undefined;
    super(`The run did not complete: ${reasonOf(outcome)}`, {
      code: failure?.code ?? outcome.type,
      status: failure?.status,
      requestId: failure?.requestId,
      retryable: failure?.retryable,
    });
    this.#result = result;
  }

  /** What there is of the run, its state among it. A getter, so that printing the error does not print the conversation. */
  get result(): RunResult {
    return this.#result;
  }
}

function reasonOf(outcome: Outcome): string {
  switch (outcome.type) {
    case 'failed':
      return outcome.error.message;
    case 'limit':
    case 'empty':
      return outcome.message;
    case 'waiting':
      return `calls wait for an approval (${outcome.approvals.map(({ toolName }) => toolName).join(', ')}).`;
    case 'aborted':
      return 'it was cancelled.';
    case 'completed':
      return 'it is complete.';
    default:
      return outcome satisfies never;
  }
}
