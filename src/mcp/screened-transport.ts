// Owns what stands between the SDK and any transport: it knows which requests wait for an answer, tells answers of the server from failures
// on the way, and bounds what a server may ask at once. The form of messages is left to `screen-message.ts`.

import { AsyncLocalStorage } from 'node:async_hooks';
import { AnswerError, ConnectionLoss } from './connection-error.ts';
import type { Peer } from './http-messages.ts';
import type { PeerError, ScreenedMessage } from './screen-message.ts';
import { screenMessages } from './screen-message.ts';
import type { Message, RequestId, SendOptions, Transport } from './transport.ts';

/** Requests of a server that are being answered. Further ones are dropped: a server that floods does not read answers either. */
const MAX_SERVER_REQUESTS = 100;

/** Why a request failed, as `data` of the error that the SDK makes of an answer: it has no other place for it. */
export type Failure =
  | { readonly from: 'server'; readonly error: PeerError }
  | { readonly from: 'client'; readonly error: Error };

class MarkedFailure {
  readonly failure: Failure;

  constructor(failure: Failure) {
    this.failure = failure;
  }
}

/** What an error of the SDK was made of; undefined when it is the SDK's own. */
export function failureOf(error: unknown): Failure | undefined {
  const data = error instanceof Error && 'data' in error ? error.data : undefined;
  return data instanceof MarkedFailure ? data.failure : undefined;
}

interface ScreenOptions {
  /** Whether a failed `send` may have another reason than the connection, such as an HTTP status. */
  readonly sendsOverHttp: boolean;
  /** Called when requests of the server are dropped, once. */
  readonly onFlood: (most: number) => void;
  /** What the SDK is given in place of a result. */
  readonly wrapResult?: (result: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

export class ScreenedTransport implements Transport, Peer {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: Message) => void;
  readonly #inner: Transport;
  readonly #options: ScreenOptions;
  /** Ids of own requests that have no answer yet. */
  readonly #waiting = new Set<RequestId>();
  readonly #asked = new Set<RequestId>();
  readonly #sending = new AsyncLocalStorage<RequestId>();
  #hasFlooded = false;

  /** `create` makes the transport; one over HTTP hands on messages by itself. */
  constructor(create: (peer: Peer) => Transport, options: ScreenOptions) {
    this.#inner = create(this);
    this.#options = options;
  }

  /** The request that the code which asks belongs to: the one that is being sent, or whose response is being read. */
  get currentRequest(): RequestId | undefined {
    return this.#sending.getStore();
  }

  /** Tells a server that keeps sessions that this one is over. */
  async terminateSession(): Promise<void> {
    await this.#inner.terminateSession?.();
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  get hasPerRequestStream(): boolean {
    return this.#inner.hasPerRequestStream ?? false;
  }

  get setProtocolVersion(): ((version: string) => void) | undefined {
    return this.#inner.setProtocolVersion?.bind(this.#inner);
  }

  async start(): Promise<void> {
    // In the next step of the queue, after an answer that came before it.
    this.#inner.onclose = () => queueMicrotask(() => this.onclose?.());
    this.#inner.onerror = (error) => {
      const id = this.currentRequest;
      // The SDK says of no request that it has given up resuming its response.
      if (id !== undefined && GIVEN_UP.test(error.message)) this.fail(id, responseLost(error));
      this.onerror?.(error);
    };
    this.#inner.onmessage = (message) => this.deliver(message);
    await this.#inner.start();
  }

  async send(message: Message, options?: SendOptions): Promise<void> {
    const isRequest = message.method !== undefined && message.id !== undefined;
    const id = isRequest ? message.id : undefined;
    if (id !== undefined) this.#wait(id, options?.requestSignal);
    // A request that was cancelled waits no longer.
    if (message.method === 'notifications/cancelled') this.#waiting.delete(message.params?.requestId as RequestId);
    try {
      if (id === undefined) await this.#sending.exit(() => this.#inner.send(message, options));
      else await this.#sending.run(id, () => this.#inner.send(message, options));
    } catch (cause) {
      if (id !== undefined) this.#waiting.delete(id);
      if (this.#options.sendsOverHttp || cause instanceof ConnectionLoss) throw cause;
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new ConnectionLoss(text, { wasNotReceived: false, isGone: true, cause });
    } finally {
      if (!isRequest && message.id !== undefined) this.#asked.delete(message.id);
    }
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #wait(id: RequestId, signal: AbortSignal | undefined): void {
    this.#waiting.add(id);
    signal?.addEventListener('abort', () => this.#waiting.delete(id), { once: true });
  }

  isWaiting = (id: RequestId): boolean => this.#waiting.has(id);

  deliver = (value: unknown): void => {
    for (const screened of screenMessages(value)) this.#handOn(screened);
  };

  /** Answers a request of this client in the server's place; nothing when it has its answer. */
  fail = (id: RequestId, error: Error): void => {
    this.#reject(id, { from: 'client', error });
  };

  failAll = (error: Error): void => {
    for (const id of [...this.#waiting]) this.fail(id, error);
  };

  #handOn(message: ScreenedMessage): void {
    switch (message.kind) {
      case 'answer': {
        const { result } = message;
        const id = this.#ownId(message.id);
        const { wrapResult = same } = this.#options;
        if (this.#waiting.delete(id))
          this.#answer({ jsonrpc: '2.0', id, result: isOfSdk(id) ? result : wrapResult(result) });
        return;
      }
      case 'error':
        this.#reject(this.#ownId(message.id), { from: 'server', error: message.error });
        return;
      case 'unusable':
        this.fail(this.#ownId(message.id), new AnswerError(message.what));
        return;
      case 'request': {
        const { id, method, params } = message;
        if (this.#asked.has(id) || this.#isFull()) return;
        this.#asked.add(id);
        this.onmessage?.({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) });
        return;
      }
      case 'notification': {
        const { method, params } = message;
        // A request that the server takes back is not answered.
        if (method === 'notifications/cancelled') this.#asked.delete(params?.requestId as RequestId);
        this.onmessage?.({ jsonrpc: '2.0', method, ...(params !== undefined && { params }) });
        return;
      }
      default:
        message satisfies never;
    }
  }

  /** Requests have numbers, which some servers give back as text. */
  #ownId(id: RequestId): RequestId {
    return typeof id === 'string' && !this.#waiting.has(id) && NUMBER.test(id) ? Number(id) : id;
  }

  #reject(id: RequestId, failure: Failure): void {
    if (!this.#waiting.delete(id)) return;
    const { message } = failure.error;
    const given = failure.from === 'server' ? failure.error : undefined;
    // The SDK reads the code and the data of its own requests, and of no other: some codes would make it drop the data.
    const error = isOfSdk(id)
      ? { code: given?.code ?? NO_CODE, message, ...(given?.data !== undefined && { data: given.data }) }
      : { code: NO_CODE, message, data: new MarkedFailure(failure) };
    this.#answer({ jsonrpc: '2.0', id, error });
  }

  /**
   * The SDK handles a notification in the next step of the queue and an answer at once, so that progress that a server sends together with
   * the result would come too late to be told.
   */
  #answer(message: Message): void {
    queueMicrotask(() => this.onmessage?.(message));
  }

  #isFull(): boolean {
    if (this.#asked.size < MAX_SERVER_REQUESTS) return false;
    if (!this.#hasFlooded) this.#options.onFlood(MAX_SERVER_REQUESTS);
    this.#hasFlooded = true;
    return true;
  }
}

/** Asked by the SDK for itself: which revisions a server speaks, and what it subscribes to. Such ids are texts. */
function isOfSdk(id: RequestId): boolean {
  return typeof id === 'string';
}

function same<T>(value: T): T {
  return value;
}

const NUMBER = /^\d{1,15}$/;
const GIVEN_UP = /^Maximum reconnection attempts/;

function responseLost(cause: Error): ConnectionLoss {
  return new ConnectionLoss('the response was lost', { wasNotReceived: false, isGone: false, cause });
}

/** JSON-RPC requires a code. */
const NO_CODE = -32_603;
