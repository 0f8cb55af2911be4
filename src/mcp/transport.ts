// Owns the form of a transport: what the SDKs of all revisions have in common, so that one transport serves each of them.

/** A message of JSON-RPC. The fields of one that was received have not been checked. */
export interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: RequestId;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: unknown;
}

export type RequestId = number | string;

export interface SendOptions {
  /** Aborted when nobody waits for the response any more. */
  readonly requestSignal?: AbortSignal | undefined;
}

/** Whoever uses a transport sets its callbacks before `start`. */
export interface Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: Message) => void) | undefined;
  readonly sessionId?: string | undefined;
  /** Whether each request has a response of its own, as over HTTP. */
  readonly hasPerRequestStream?: boolean;
  readonly setProtocolVersion?: ((version: string) => void) | undefined;
  readonly start: () => Promise<void>;
  readonly send: (message: Message, options?: SendOptions) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly terminateSession?: () => Promise<void>;
}
