// Owns one HTTP exchange with the server: attempts, limits of time and size, error answers, closing.
// What the body means is left to the caller.

import { randomUUID } from 'node:crypto';
import { VllmError } from '../core/vllm-error.ts';
import { apiErrorFromAnswer } from './api-error.ts';
import type { Attempt } from './connection-error.ts';
import { errorFromBody, errorFromConnection, targetOf } from './connection-error.ts';
import type { Deadline } from './deadline.ts';
import { HttpError, ParseError } from './errors.ts';
import type { SizeLimits, TimeLimits } from './limits.ts';
import { MAX_ERROR_BODY_BYTES, STREAM_FIRST_BYTE_MS, WHOLE_FIRST_BYTE_MS } from './limits.ts';
import type { RetryNotice, RetryPolicy } from './retry.ts';
import { retryDelayMs } from './retry.ts';
import type { Head, RequestDispatcher } from './wire.ts';
import { Wire } from './wire.ts';

interface TransportOptions {
  readonly settings: TimeLimits & SizeLimits & RetryPolicy;
  readonly dispatcher: RequestDispatcher;
  readonly headers: Readonly<Record<string, string>>;
  readonly onRetry: ((notice: RetryNotice) => void) | undefined;
  /** Belongs to the caller until an answer has begun; then to the answer. */
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

/** An answer with a good status whose body has not been read. Close or release it in the end, also when it was read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** `performance.now()` when the request was sent. */
  readonly sentAtMs: number;
  /** The same for the first byte of the body; null before it. */
  readonly firstByteAtMs: () => number | null;
  /** The same for the last piece that was read. */
  readonly lastPieceAtMs: () => number;
  /** Resolves to the pieces of the body that have arrived, once there is one; to undefined at its end. Rejects with the error that ended it. */
  readonly read: () => Promise<readonly Uint8Array[] | undefined>;
  /** The whole body as text. Throws when it is larger than `maxBodyBytes`. */
  readonly text: () => Promise<string>;
  /** Ends the exchange. Before the body's end it drops the connection, which makes vLLM stop generating. Idempotent. */
  readonly close: () => void;
  /**
   * Ends the exchange when the answer is whole but the end of its body may not have been read: reads it, for a moment, so
   * that the connection can serve the next request. Undefined: nothing was left.
   */
  readonly release: () => Promise<void> | undefined;
}

/** A request that was sent. */
export interface PendingAnswer {
  readonly answer: Promise<HttpAnswer>;
  /** Cancels it. An AbortController with its listener would add a fiftieth to the cost of a short turn. */
  readonly cancel: () => void;
}

/** How long to wait for the end of the body after a whole answer, to keep its connection for the next request. */
const DRAIN_MS = 100;

/** Sends a request, with retries, until an answer with a good status has begun. Throws only VllmErrors. */
export async function sendRequest(request: HttpRequest, options: TransportOptions): Promise<HttpAnswer> {
  const { deadline } = options;
  deadline.start('total', options.settings.totalTimeoutMs);
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(request, options);
    } catch (cause) {
      const error = deadline.error ?? (cause instanceof VllmError ? cause : unexpected(cause));
      const delayMs = retryDelayMs(error, attempt, options.settings, options.random);
      if (delayMs === undefined) throw error;
      options.onRetry?.({ attempt, delayMs, error, requestId: error.requestId });
      await pause(delayMs, deadline);
    }
  }
}

async function sendOnce(request: HttpRequest, options: TransportOptions): Promise<HttpAnswer> {
  const { deadline } = options;
  if (deadline.error !== undefined) throw deadline.error;
  const { method, url, isStreamed } = request;
  const attempt: Attempt = { method, url, requestId: randomUUID() };
  deadline.requestId = attempt.requestId;
  deadline.start('call', options.settings.timeoutMs);
  const firstByteMs = isStreamed ? STREAM_FIRST_BYTE_MS : WHOLE_FIRST_BYTE_MS;
  deadline.start('first_byte', options.settings.firstByteTimeoutMs ?? firstByteMs);
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
  const exchange: Exchange = {
    wire,
    isStreamed,
    options,
    deadline,
    attempt,
    firstByteAtMs: null,
    lastPieceAtMs: sentAtMs,
  };
  const isGood = head.status >= 200 && head.status < 300;
  if (!isGood) throw await readError(exchange, head);
  return openAnswer(exchange, head, sentAtMs);
}

/** With `assign`, as wherever an object is made for each request: a literal with a spread may get a new hidden class each time. */
function withHeader(headers: Readonly<Record<string, string>>, name: string, value: string): Record<string, string> {
  return Object.assign({}, headers, { [name]: value });
}

interface Exchange {
  readonly wire: Wire;
  readonly isStreamed: boolean;
  readonly options: TransportOptions;
  readonly deadline: Deadline;
  readonly attempt: Attempt;
  firstByteAtMs: number | null;
  lastPieceAtMs: number;
}

function openAnswer(exchange: Exchange, { status, headers }: Head, sentAtMs: number): HttpAnswer {
  const { wire, deadline, attempt, options } = exchange;

  const close = (): void => {
    deadline.dispose();
    if (!wire.isOver) wire.abort(new Error('the answer was closed'));
  };

  const release = (): Promise<void> | undefined => {
    deadline.dispose();
    return wire.isOver ? undefined : wire.drain(DRAIN_MS);
  };

  const read = (): Promise<readonly Uint8Array[] | undefined> => readPieces(exchange);

  const text = async (): Promise<string> => {
    const { bytes, isCut } = await collect(read, options.settings.maxBodyBytes);
    close();
    if (!isCut) return bytes.toString('utf8');
    const message = `${targetOf(attempt)}: the answer is larger than ${options.settings.maxBodyBytes} bytes (\`maxBodyBytes\`).`;
    throw new ParseError(message, { code: 'body_too_large', requestId: attempt.requestId });
  };

  const firstByteAtMs = (): number | null => exchange.firstByteAtMs;
  const lastPieceAtMs = (): number => exchange.lastPieceAtMs;
  const { requestId } = attempt;
  return { status, headers, requestId, sentAtMs, firstByteAtMs, lastPieceAtMs, read, text, close, release };
}

/** Waits for the next pieces under the time limits. Their clock stands still while the consumer works. */
async function readPieces(exchange: Exchange): Promise<readonly Uint8Array[] | undefined> {
  const { wire, options, deadline } = exchange;
  const isFirst = exchange.firstByteAtMs === null;
  if (!wire.isReady) {
    if (!isFirst) deadline.start('idle', options.settings.idleTimeoutMs);
    await wire.whenReady();
    if (!isFirst) deadline.stop('idle');
  }
  exchange.lastPieceAtMs = performance.now();
  if (isFirst) begin(exchange);
  try {
    return wire.take();
  } catch (cause) {
    throw deadline.error ?? errorFromBody(cause, exchange.isStreamed, exchange.attempt);
  }
}

function begin(exchange: Exchange): void {
  const { deadline, isStreamed, lastPieceAtMs } = exchange;
  exchange.firstByteAtMs = lastPieceAtMs;
  deadline.stop('first_byte');
  // For a stream `timeoutMs` limits only its beginning.
  if (isStreamed) deadline.stop('call');
}

async function readError(exchange: Exchange, { status, headers }: Head): Promise<VllmError> {
  const { attempt, wire, options } = exchange;
  const { bytes } = await collect(() => readPieces(exchange), MAX_ERROR_BODY_BYTES).catch((cause: unknown) => {
    if (exchange.deadline.error !== undefined) throw exchange.deadline.error;
    // The status is known even if the body is lost; an error about the body would hide it.
    return { bytes: Buffer.from(cause instanceof Error ? `(no body: ${cause.message})` : '') };
  });
  await wire.drain(DRAIN_MS);
  const text = redact(bytes.toString('utf8'), options.headers);
  const { requestId } = attempt;
  return apiErrorFromAnswer({ status, headers, text, target: targetOf(attempt), requestId, nowMs: Date.now() });
}

async function collect(read: HttpAnswer['read'], maxBytes: number): Promise<{ bytes: Buffer; isCut: boolean }> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let pieces = await read(); pieces !== undefined; pieces = await read()) {
    parts.push(...pieces);
    for (const piece of pieces) length += piece.length;
    if (length > maxBytes) return { bytes: Buffer.concat(parts).subarray(0, maxBytes), isCut: true };
  }
  return { bytes: Buffer.concat(parts), isCut: false };
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
