// Owns one HTTP exchange with the server: attempts, limits in time and size, error answers, closing.
// What the body means is left to the caller.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { request as undiciRequest } from 'undici';
import { VllmError } from '../core/vllm-error.ts';
import { apiErrorFromAnswer } from './api-error.ts';
import type { Attempt } from './connection-error.ts';
import { errorFromBody, errorFromConnection } from './connection-error.ts';
import { Deadline } from './deadline.ts';
import { HttpError, ParseError } from './errors.ts';
import type { SizeLimits, TimeLimits } from './limits.ts';
import { MAX_ERROR_BODY_BYTES, STREAM_FIRST_BYTE_MS, WHOLE_FIRST_BYTE_MS } from './limits.ts';
import type { RetryNotice, RetryPolicy } from './retry.ts';
import { retryDelayMs } from './retry.ts';

export interface TransportOptions extends TimeLimits, SizeLimits, RetryPolicy {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
  readonly onRetry: ((notice: RetryNotice) => void) | undefined;
  /** Any of them cancels. */
  readonly signals: readonly AbortSignal[];
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** JSON text. */
  readonly body?: string | undefined;
  /** Whether the answer is an event stream. */
  readonly isStreamed: boolean;
}

/** An answer with a good status whose body has not been read. Read it to its end or call `close`. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** `performance.now()` when the request was sent. */
  readonly sentAtMs: number;
  /** The same for the first byte of the body; null before it. */
  readonly firstByteAtMs: () => number | null;
  /** The body as it comes. Throws the one error that ended it. */
  readonly chunks: () => AsyncGenerator<Uint8Array, void, undefined>;
  /** The whole body as text. Throws when it is larger than `maxBodyBytes`. */
  readonly text: () => Promise<string>;
  /** Ends the exchange. Before the body's end it drops the connection, which makes vLLM stop generating. Idempotent. */
  readonly close: () => void;
  /**
   * Ends the exchange when the answer is whole but its body may have an end left to read: reads that, for a moment, so
   * that the connection can serve the next request.
   */
  readonly release: () => Promise<void>;
}

/** How long the little that may follow a whole answer is waited for, to keep its connection for the next request. */
const DRAIN_MS = 100;

/** Sends a request, with retries, until an answer with a good status has begun. Throws only VllmErrors. */
export async function sendRequest(request: HttpRequest, options: TransportOptions): Promise<HttpAnswer> {
  const deadline = new Deadline(options.signals);
  deadline.start('total', options.totalTimeoutMs);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await sendOnce(request, options, deadline);
      } catch (cause) {
        const error = deadline.error ?? (cause instanceof VllmError ? cause : unexpected(cause));
        const delayMs = retryDelayMs(error, attempt, options, options.random);
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

async function sendOnce(request: HttpRequest, options: TransportOptions, deadline: Deadline): Promise<HttpAnswer> {
  if (deadline.error !== undefined) throw deadline.error;
  const attempt: Attempt = { target: targetOf(request), requestId: randomUUID() };
  deadline.requestId = attempt.requestId;
  deadline.start('call', options.timeoutMs);
  deadline.start(
    'first_byte',
    options.firstByteTimeoutMs ?? (request.isStreamed ? STREAM_FIRST_BYTE_MS : WHOLE_FIRST_BYTE_MS),
  );
  const sentAtMs = performance.now();
  let response: Dispatcher.ResponseData;
  try {
    response = await undiciRequest(request.url, {
      method: request.method,
      headers: { ...options.headers, 'x-request-id': attempt.requestId },
      body: request.body ?? null,
      dispatcher: options.dispatcher,
      signal: deadline.signal,
      // The deadline keeps these limits, so that a custom dispatcher's defaults do not cut a long generation.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  } catch (cause) {
    throw deadline.error ?? errorFromConnection(cause, attempt);
  }
  const exchange: Exchange = {
    body: response.body,
    isStreamed: request.isStreamed,
    options,
    deadline,
    attempt,
    firstByteAtMs: null,
  };
  // Without a listener, an error on a body that nobody reads would end the process.
  response.body.on('error', () => {});
  const headers = flatten(response.headers);
  const isGood = response.statusCode >= 200 && response.statusCode < 300;
  if (!isGood) throw await readError(exchange, response.statusCode, headers);
  return openAnswer(exchange, { status: response.statusCode, headers, sentAtMs });
}

interface Exchange {
  readonly body: Dispatcher.ResponseData['body'];
  readonly isStreamed: boolean;
  readonly options: TransportOptions;
  readonly deadline: Deadline;
  readonly attempt: Attempt;
  firstByteAtMs: number | null;
}

type Head = Pick<HttpAnswer, 'status' | 'headers' | 'sentAtMs'>;

function openAnswer(exchange: Exchange, head: Head): HttpAnswer {
  const { body, deadline, attempt, options } = exchange;
  let isOver = false;

  const close = (): void => {
    if (isOver) return;
    isOver = true;
    deadline.dispose();
    body.destroy();
  };

  const release = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    deadline.dispose();
    await drain(body);
  };

  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* readBody(exchange);
      isOver = true;
      deadline.dispose();
    } catch (error) {
      close();
      throw error;
    }
  }

  const text = async (): Promise<string> => {
    const { bytes, isCut } = await collect(chunks(), options.maxBodyBytes);
    close();
    if (!isCut) return bytes.toString('utf8');
    const message = `${attempt.target}: the answer is larger than ${options.maxBodyBytes} bytes (\`maxBodyBytes\`).`;
    throw new ParseError(message, { code: 'body_too_large', requestId: attempt.requestId });
  };

  const firstByteAtMs = (): number | null => exchange.firstByteAtMs;
  return {
    ...head,
    requestId: attempt.requestId,
    firstByteAtMs,
    chunks,
    text,
    close,
    release,
  };
}

/** Yields the body under its limits in time. The clock stands still while the consumer works. */
async function* readBody(exchange: Exchange): AsyncGenerator<Uint8Array> {
  const { body, isStreamed, options, deadline, attempt } = exchange;
  try {
    // Not destroyed on return: whether the connection is dropped or kept is decided by `close` and `release`.
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      deadline.stop('idle');
      if (exchange.firstByteAtMs === null) {
        exchange.firstByteAtMs = performance.now();
        deadline.stop('first_byte');
        // For a stream the simple limit is one for its beginning.
        if (isStreamed) deadline.stop('call');
      }
      yield chunk;
      deadline.start('idle', options.idleTimeoutMs);
    }
  } catch (cause) {
    throw deadline.error ?? errorFromBody(cause, isStreamed, attempt);
  }
}

async function readError(exchange: Exchange, status: number, headers: HttpAnswer['headers']): Promise<VllmError> {
  const { attempt, body, options } = exchange;
  const { bytes } = await collect(readBody(exchange), MAX_ERROR_BODY_BYTES).catch((cause: unknown) => {
    if (exchange.deadline.error !== undefined) throw exchange.deadline.error;
    // The status is known even when the body is lost; an error about the body would hide it.
    return { bytes: Buffer.from(cause instanceof Error ? `(no body: ${cause.message})` : '') };
  });
  exchange.deadline.stop('idle');
  await drain(body);
  const text = redact(bytes.toString('utf8'), options.headers);
  return apiErrorFromAnswer({ status, headers, text, ...attempt, nowMs: Date.now() });
}

async function collect(
  chunks: AsyncGenerator<Uint8Array>,
  maxBytes: number,
): Promise<{ bytes: Buffer; isCut: boolean }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > maxBytes) return { bytes: Buffer.concat(parts).subarray(0, maxBytes), isCut: true };
  }
  return { bytes: Buffer.concat(parts), isCut: false };
}

/** Reads off what is left, for a moment only, and then drops the connection if there is no end to it. */
async function drain(body: Dispatcher.ResponseData['body']): Promise<void> {
  if (body.closed || body.readableEnded) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => body.destroy(), DRAIN_MS);
    body.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    body.resume();
  });
}

/** A gateway that repeats the key in its error must not get it into a log. */
function redact(text: string, headers: Readonly<Record<string, string>>): string {
  const key = headers.authorization?.replace(/^Bearer /, '');
  return key === undefined || key === '' ? text : text.replaceAll(key, '<key>');
}

async function pause(delayMs: number, deadline: Deadline): Promise<void> {
  await sleep(delayMs, undefined, { signal: deadline.signal }).catch((cause: unknown) => {
    throw deadline.error ?? cause;
  });
}

function unexpected(cause: unknown): VllmError {
  return new HttpError('The request failed in an unexpected way.', { code: 'unexpected', cause });
}

function targetOf({ method, url }: HttpRequest): string {
  const { origin, pathname } = new URL(url);
  return `${method} ${origin}${pathname}`;
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries);
}
