// Owns why a request to a server failed, in the kinds that are handled differently. Telling which one an error of the SDK is, is
// left to `read-error.ts`.

/** The server answered with an error: the connection is as good as before. */
export class ServerError extends Error {
  /** Of JSON-RPC, or the HTTP status; undefined when the server gave none. */
  readonly code: number | undefined;
  readonly data: unknown;

  constructor(message: string, code?: number, data?: unknown) {
    super(message);
    this.name = 'ServerError';
    this.code = code;
    this.data = data;
  }
}

/** The server does not speak the revision of the protocol that it was asked for. */
export class RevisionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RevisionError';
  }
}

/** The user has to sign in first, or to grant more. */
export class SignInRequired extends Error {
  constructor(cause?: unknown) {
    super('the server requires a sign-in', cause === undefined ? undefined : { cause });
    this.name = 'SignInRequired';
  }
}

/** There is an answer that cannot be used, or none in time: the request may have taken effect. The message is a sentence about the server. */
export class AnswerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AnswerError';
  }
}

export interface ConnectionLossOptions {
  /** Whether it is certain that the server did not begin the request, so that it may be sent again. */
  readonly wasNotReceived: boolean;
  /** Whether the whole connection is gone, and not only the one request. */
  readonly isGone: boolean;
  readonly cause?: unknown;
}

/** The request, or its answer, was lost on the way. */
export class ConnectionLoss extends Error {
  readonly wasNotReceived: boolean;
  readonly isGone: boolean;

  constructor(message: string, { wasNotReceived, isGone, cause }: ConnectionLossOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ConnectionLoss';
    this.wasNotReceived = wasNotReceived;
    this.isGone = isGone;
  }
}
