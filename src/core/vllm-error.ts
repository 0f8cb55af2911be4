// Owns the base class of errors that the world causes. The kinds of errors are left to the client.

export interface VllmErrorOptions {
  readonly code: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * Base class of all errors that the world causes: HTTP errors, time limits, broken streams, invalid answers.
 * Messages say what to do. Neither they nor `inspect` and `JSON.stringify` contain an API key, a prompt or a whole body.
 */
export class VllmError extends Error {
  /** The name of the class, which survives bundling: compare it where `instanceof` is unreliable. */
  readonly kind: string = 'VllmError';
  /** What went wrong: a stable identifier in lower case with underscores. */
  readonly code: string;
  /** The HTTP status, if the server answered. */
  readonly status: number | undefined;
  /** The `X-Request-Id` of the failed attempt, for finding it in the server's log. */
  readonly requestId: string | undefined;
  /** Whether the same request may succeed if it is sent again later. */
  readonly retryable: boolean;

  constructor(message: string, options: VllmErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryable = options.retryable ?? false;
  }

  /** The fields that are safe to log: no cause, stack or body. */
  toJSON(): Record<string, unknown> {
    const { kind, code, message, status, requestId, retryable } = this;
    return { kind, code, message, status, requestId, retryable };
  }
}
