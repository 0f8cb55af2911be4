// Owns the base of the one error family for what the world does wrong. The kinds are left to the client.

export interface VllmErrorOptions {
  readonly code: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * Base of all errors that the world causes: HTTP, time limits, broken streams, bad answers.
 * Messages say what to do and never hold an API key, a prompt or a whole body; neither do `inspect` and `JSON.stringify`.
 */
export class VllmError extends Error {
  /** The class, as a word that survives bundling: compare this where `instanceof` cannot be relied on. */
  readonly kind: string = 'VllmError';
  /** What went wrong, as a stable word of lower case and underscores. */
  readonly code: string;
  /** HTTP status, when the server answered with one. */
  readonly status: number | undefined;
  /** The `X-Request-Id` of the failed attempt: find it in the server's log. */
  readonly requestId: string | undefined;
  /** Whether the same request may work when it is sent again later. */
  readonly retryable: boolean;

  constructor(message: string, options: VllmErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryable = options.retryable ?? false;
  }

  /** What is safe to log: no cause, no stack, no body. */
  toJSON(): Record<string, unknown> {
    const { kind, code, message, status, requestId, retryable } = this;
    return { kind, code, message, status, requestId, retryable };
  }
}
