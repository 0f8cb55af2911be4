// Owns sending one HTTP request to the server: attempts, their limits of time, error answers. Reading a good answer is left to
// `http-answer.ts`, what its body means to the caller.

import { randomUUID } from 'node:crypto';
import { VllmError } from '../core/vllm-error.ts';
import { apiErrorFromAnswer } from './api-error.ts';
import type { Attempt } from './connection-error.ts';
import { errorFromConnection, targetOf } from './connection-error.ts';
import type { Deadline } from './deadline.ts';
import { HttpError } from './errors.ts';
import { firstByteLimitMs, HttpAnswer } from './http-answer.ts';
import type { SizeLimits, TimeLimits } from './limits.ts';
import { MAX_ERROR_BODY_BYTES } from './limits.ts';
import type { RetryNotice, RetryPolicy } from './retry.ts';
import { retryDelayMs } from './retry.ts';
import type { Head, RequestDispatcher } from './wire.ts';
import { Wire } from './wire.ts';

interface TransportOptions {
  readonly settings: TimeLimits & SizeLimits & RetryPolicy;
  readonly dispatcher: RequestDispatcher;
  /** What must be loaded before the time limits start. */
  readonly loading: Promise<unknown> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly onRetry: ((notice: RetryNotice) => void) | undefined;
  /** Handed over: the answer disposes of it, or whatever ends the call before there is one. */
  readonly deadline: Deadline;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** JSON text. */
  readonly body?: string | undefined;
  /** Whether the answer is an event stream. */
  readonly isStreamed: boolean;
}

/** A request that was sent. */
export interface PendingAnswer {
  readonly answer: Promise<HttpAnswer>;
  /** Cancels it. An AbortController with its listener would add a fiftieth to the cost of a short turn. */
  readonly cancel: () => void;
}

/** Sends a request, with retries, until an answer with a good status has begun. Throws only VllmErrors. */
export async function sendRequest(request: HttpRequest, options: TransportOptions): Promise<HttpAnswer> {
  const { deadline, settings, loading } = options;
  try {
    if (loading !== undefined) await loading;
    deadline.start('total', settings.totalTimeoutMs);
    for (let attempt = 1; ; attempt++) {
      try {
        return await sendOnce(request, options);
      } catch (cause) {
        const error = deadline.error ?? (cause instanceof VllmError ? cause : unexpected(cause));
        const delayMs = retryDelayMs(error, attempt, settings, options.random);
        if (delayMs === undefined) throw error;
        options.onRetry?.({ attempt, delayMs, error, requestId: error.requestId });
        await pause(delayMs, deadline);
      }
    }
  } catch (error) {
    deadline.dispose();
    throw error;
  }
}

async function sendOnce(request: HttpRequest, options: TransportOptions): Promise<HttpAnswer> {
  const { deadline, settings } = options;
  if (deadline.error !== undefined) throw deadline.error;
  const { method, url, isStreamed } = request;
  const attempt: Attempt = { method, url, requestId: randomUUID() };
  deadline.requestId = attempt.requestId;
  deadline.start('call', settings.timeoutMs);
  deadline.start('first_byte', firstByteLimitMs({ isStreamed, settings }));
  const sentAtMs = performance.now();
  const wire = new Wire(options.dispatcher, {
    origin: url.origin,
    path: url.pathname,
    method,
    headers: withHeader(options.headers, 'x-request-id', attempt.requestId),
    body: request.body ?? null,
    // The deadline enforces these limits, so that a custom dispatcher's defaults do not cut a long generation.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  deadline.onEnd = (error) => wire.abort(error);
  let head: Head;
  try {
    head = await wire.head;
  } catch (cause) {
    throw deadline.error ?? errorFromConnection(cause, attempt);
  }
  const answer = new HttpAnswer({ wire, head, attempt, sentAtMs, isStreamed, settings, deadline });
  if (head.status >= 200 && head.status < 300) return answer;
  throw await readError(answer, attempt, options);
}

/** With `assign`, as wherever an object is made for each request: a literal with a spread may get a new hidden class each time. */
function withHeader(headers: Readonly<Record<string, string>>, name: string, value: string): Record<string, string> {
  return Object.assign({}, headers, { [name]: value });
}

async function readError(answer: HttpAnswer, attempt: Attempt, options: TransportOptions): Promise<VllmError> {
  const { status, headers, requestId } = answer;
  const { bytes } = await answer.collect(MAX_ERROR_BODY_BYTES).catch((cause: unknown) => {
    if (options.deadline.error !== undefined) throw options.deadline.error;
    // The status is known even if the body is lost; an error about the body would hide it.
    return { bytes: Buffer.from(cause instanceof Error ? `(no body: ${cause.message})` : '') };
  });
  await answer.drain();
  const text = redact(bytes.toString('utf8'), options.headers);
  return apiErrorFromAnswer({ status, headers, text, target: targetOf(attempt), requestId, nowMs: Date.now() });
}

/** A gateway may repeat the key in its error, which may be logged. */
function redact(text: string, headers: Readonly<Record<string, string>>): string {
  const key = headers.authorization?.replace(/^Bearer /, '');
  return key === undefined || key === '' ? text : text.replaceAll(key, '<key>');
}

async function pause(delayMs: number, deadline: Deadline): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    deadline.onEnd = (error) => {
      clearTimeout(timer);
      reject(error);
    };
    if (deadline.error !== undefined) deadline.onEnd(deadline.error);
  });
}

function unexpected(cause: unknown): VllmError {
  // Its text may hold what was sent; `cause` has it.
  const name = cause instanceof Error ? cause.name : typeof cause;
  return new HttpError(`The request failed unexpectedly (${name}): see its \`cause\`.`, { code: 'unexpected', cause });
}
