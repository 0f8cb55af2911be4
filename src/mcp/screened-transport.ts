// Owns what stands between the SDK and any transport: it knows which requests wait for an answer, tells answers of the server from failures
// on the way, and bounds what a server may ask at once. The form of messages is left to `screen-message.ts`.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { AnswerError, ConnectionLoss } from './connection-error.ts';
import type { Peer } from './http-messages.ts';
import type { PeerError, ScreenedMessage } from './screen-message.ts';
import { screenMessages } from './screen-message.ts';

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
}

export class ScreenedTransport implements Transport, Peer {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #inner: Transport;
  readonly #options: ScreenOptions;
  /** Ids of own requests that have no answer yet. */
  readonly #waiting = new Set<number>();
  readonly #asked = new Set<string | number>();
  readonly #sending = new AsyncLocalStorage<number>();
  #hasFlooded = false;

  /** `create` makes the transport; one over HTTP hands on messages by itself. */
  constructor(create: (peer: Peer) => Transport, options: ScreenOptions) {
    this.#inner = create(this);
    this.#options = options;
  }

  /** The request that the code which asks belongs to: the one that is being sent, or whose response is being read. */
  get currentRequest(): number | undefined {
    return this.#sending.getStore();
  }

  /** Tells a server that keeps sessions that this one is over. */
  async terminateSession(): Promise<void> {
    if (!('terminateSession' in this.#inner) || typeof this.#inner.terminateSession !== 'function') return;
    await this.#inner.terminateSession();
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
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

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isRequest = 'method' in message && 'id' in message;
    const id = isRequest && typeof message.id === 'number' ? message.id : undefined;
    if (id !== undefined) this.#waiting.add(id);
    // A request that was cancelled waits no longer.
    if ('method' in message && message.method === 'notifications/cancelled')
      this.#waiting.delete(Number(message.params?.requestId));
    try {
      if (id === undefined) await this.#sending.exit(() => this.#inner.send(message, options));
      else await this.#sending.run(id, () => this.#inner.send(message, options));
    } catch (cause) {
      if (id !== undefined) this.#waiting.delete(id);
      if (this.#options.sendsOverHttp || cause instanceof ConnectionLoss) throw cause;
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new ConnectionLoss(text, { wasNotReceived: false, isGone: true, cause });
    } finally {
      if (!isRequest && 'id' in message && message.id !== undefined) this.#asked.delete(message.id);
    }
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  isWaiting = (id: number): boolean => this.#waiting.has(id);

  deliver = (value: unknown): void => {
    for (const screened of screenMessages(value)) this.#handOn(screened);
  };

  /** Answers a request of this client in the server's place; nothing when it has its answer. */
  fail = (id: number, error: Error): void => {
    this.#reject(id, { from: 'client', error });
  };

  failAll = (error: Error): void => {
    for (const id of [...this.#waiting]) this.fail(id, error);
  };

  #handOn(message: ScreenedMessage): void {
    switch (message.kind) {
      case 'answer': {
        const { id, result } = message;
        if (this.#waiting.delete(id)) this.#answer({ jsonrpc: '2.0', id, result });
        return;
      }
      case 'error':
        this.#reject(message.id, { from: 'server', error: message.error });
        return;
      case 'unusable':
        this.fail(message.id, new AnswerError(message.what));
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
        if (method === 'notifications/cancelled') this.#asked.delete(params?.requestId as string | number);
        this.onmessage?.({ jsonrpc: '2.0', method, ...(params !== undefined && { params }) });
        return;
      }
      default:
        message satisfies never;
    }
  }

  #reject(id: number, failure: Failure): void {
    if (!this.#waiting.delete(id)) return;
    const { message } = failure.error;
    const code = failure.from === 'server' ? (failure.error.code ?? NO_CODE) : NO_CODE;
    this.#answer({ jsonrpc: '2.0', id, error: { code, message, data: new MarkedFailure(failure) } });
  }

  /**
   * The SDK handles a notification in the next step of the queue and an answer at once, so that progress that a server sends together with
   * the result would come too late to be told.
   */
  #answer(message: JSONRPCMessage): void {
    queueMicrotask(() => this.onmessage?.(message));
  }

  #isFull(): boolean {
    if (this.#asked.size < MAX_SERVER_REQUESTS) return false;
    if (!this.#hasFlooded) this.#options.onFlood(MAX_SERVER_REQUESTS);
    this.#hasFlooded = true;
    return true;
  }
}

const GIVEN_UP = /^Maximum reconnection attempts/;

function responseLost(cause: Error): ConnectionLoss {
  return new ConnectionLoss('the response was lost', { wasNotReceived: false, isGone: false, cause });
}

/** JSON-RPC requires a code. */
const NO_CODE = -32_603;
