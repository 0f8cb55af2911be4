// Owns the limits in time and size of a request, with their defaults. Enforcing them is left to the transport and the stream.

/** Milliseconds; 0 turns a limit off. */
export interface TimeLimits {
  /** Until the connection is established (TCP and TLS). Belongs to the connection pool: set it on the client. Default 10 000. */
  readonly connectTimeoutMs: number;
  /**
   * From sending the request to the first byte of the answer. vLLM sends nothing while a request is queued or prefilled; with
   * `--sse-keep-alive-interval` (0.29) it sends comments, which do not count: they may fill a stream for this long and no longer.
   * Default 600 000 for a stream; 3 600 000 for a whole answer, whose first byte comes after its last token.
   */
  readonly firstByteTimeoutMs: number | undefined;
  /** Between two pieces of an answer that has begun; a comment is a piece. Default 120 000. */
  readonly idleTimeoutMs: number;
  /** From the call to the last byte, retries included. No default: a long generation is not an error. */
  readonly totalTimeoutMs: number;
  /**
   * The one simple limit. A whole answer must be complete within it, each attempt on its own; a stream must have begun.
   * It never ends a stream that has begun. No default.
   */
  readonly timeoutMs: number;
}

export interface SizeLimits {
  /** Characters in one event of a stream, its line endings included. Default 16 Mi. */
  readonly maxEventChars: number;
  /** Bytes of a whole (not streamed) body. Default 256 Mi. */
  readonly maxBodyBytes: number;
  /** Characters of the arguments of all calls of one answer together. Default 16 Mi. */
  readonly maxArgumentChars: number;
}

export const DEFAULT_TIME_LIMITS: TimeLimits = {
  connectTimeoutMs: 10_000,
  firstByteTimeoutMs: undefined,
  idleTimeoutMs: 120_000,
  totalTimeoutMs: 0,
  timeoutMs: 0,
};

export const STREAM_FIRST_BYTE_MS = 600_000;
export const WHOLE_FIRST_BYTE_MS = 3_600_000;

export const DEFAULT_SIZE_LIMITS: SizeLimits = {
  maxEventChars: 16 * 1024 * 1024,
  maxBodyBytes: 256 * 1024 * 1024,
  maxArgumentChars: 16 * 1024 * 1024,
};

/** Only this much of an error body is read: enough for any message that does not echo a whole prompt. */
export const MAX_ERROR_BODY_BYTES = 256 * 1024;
