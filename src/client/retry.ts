// Owns which failed attempts are retried, and after which wait. Sending is left to the transport.

import type { VllmError } from '../core/vllm-error.ts';
import { ApiError } from './errors.ts';

export interface RetryPolicy {
  /** Attempts after the first. Default 2; 0 turns retrying off. */
  readonly maxRetries: number;
  /** Upper bound of the first wait, in milliseconds; it doubles with each attempt. Default 500. */
  readonly retryBaseMs: number;
  /** Upper bound of any wait, in milliseconds. If `Retry-After` asks for more, there is no retry. Default 60 000. */
  readonly maxRetryDelayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { maxRetries: 2, retryBaseMs: 500, maxRetryDelayMs: 60_000 };

/** One failed attempt that will be followed by another. */
export interface RetryNotice {
  /** 1 for the first retry. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: VllmError;
  /** The request id of the attempt that failed; the next one gets a new one. */
  readonly requestId: string | undefined;
}

/** Codes of failures before the first byte of an answer, other than a time limit on it. */
const RETRIED_CODES = new Set(['connection_failed', 'connection_reset', 'connect_timeout']);

/**
 * The wait before the next attempt in milliseconds, or undefined when the failure is not retried.
 * `attempt` counts from 1. Full jitter: a random share of an exponentially growing bound, so that
 * clients that failed at the same time do not retry at the same time.
 */
export function retryDelayMs(
  error: VllmError,
  attempt: number,
  policy: RetryPolicy,
  random: () => number,
): number | undefined {
  if (attempt > policy.maxRetries || !isWorthRetrying(error)) return undefined;
  const requestedMs = error instanceof ApiError ? error.retryAfterMs : undefined;
  if (requestedMs !== undefined) return requestedMs > policy.maxRetryDelayMs ? undefined : requestedMs;
  const bound = Math.min(policy.maxRetryDelayMs, policy.retryBaseMs * 2 ** (attempt - 1));
  return Math.floor(random() * bound);
}

function isWorthRetrying(error: VllmError): boolean {
  return error instanceof ApiError ? error.retryable : RETRIED_CODES.has(error.code);
}

/** Reads `Retry-After`, which is seconds or an HTTP date, as milliseconds from `nowMs`; undefined when it is neither. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds < 0 ? undefined : Math.ceil(seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
