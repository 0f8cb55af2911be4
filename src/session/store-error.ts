// Owns the error of stores and its codes. When which is thrown is said in the contract, `store.ts`.

import { VllmError } from '../core/vllm-error.ts';

export type StoreErrorCode =
  /** Somebody else runs the run. */
  | 'run_busy'
  /** Another process has claimed the run: this one may not write to it any more. */
  | 'lease_lost'
  /** This process lets go of the run, so that it goes on elsewhere or later. */
  | 'run_released'
  | 'already_recorded'
  | 'run_ended'
  | 'session_conflict'
  | 'name_taken'
  /** No run or session has this id. */
  | 'not_found'
  /** Of the arguments: an id, a name or a number that cannot be stored. */
  | 'invalid'
  | 'value_too_large'
  | 'store_busy'
  | 'store_closed'
  | 'disk_full'
  | 'store_unwritable'
  | 'store_newer'
  | 'store_damaged'
  | 'store_unavailable'
  | 'store_failed';

/** What went wrong with a store. Nothing was written by what was refused. */
export class StoreError extends VllmError {
  override readonly kind: string = 'StoreError';
  override readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { code, cause, retryable: RETRYABLE.has(code) });
    this.code = code;
  }
}

const RETRYABLE: ReadonlySet<StoreErrorCode> = new Set(['run_busy', 'run_released', 'store_busy', 'disk_full']);
