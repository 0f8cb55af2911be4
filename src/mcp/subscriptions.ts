// Owns what a server of 2026-07-28 reports by itself: one subscription with all that is of interest, opened again when it is lost.

import type { Client } from '@modelcontextprotocol/client';
import type { ServerCallbacks } from './connection.ts';
import { wait } from './loss.ts';

/** Attempts to subscribe again, one after another, and the wait before the first, which doubles for each further one. */
const MAX_ATTEMPTS = 6;
const FIRST_WAIT_MS = 500;
const ACKNOWLEDGE_MS = 30_000;

type Subscription = Awaited<ReturnType<Client['listen']>>;

export class Subscriptions {
  readonly #client: Client;
  readonly #callbacks: ServerCallbacks;
  readonly #hasToolChanges: boolean;
  readonly #uris = new Set<string>();
  readonly #ending = new AbortController();
  #open: Subscription | undefined;

  constructor(client: Client, callbacks: ServerCallbacks) {
    this.#client = client;
    this.#callbacks = callbacks;
    this.#hasToolChanges = client.getServerCapabilities()?.tools?.listChanged === true;
  }

  /** Subscribes to changes of the list of tools, if the server reports them. Does not wait, and never rejects. */
  start(): void {
    if (this.#hasToolChanges) void this.#subscribeAgain(0);
  }

  /** Subscribes to a resource too. Rejects with the error of the SDK. */
  async add(uri: string, signal: AbortSignal): Promise<void> {
    this.#uris.add(uri);
    try {
      await this.#subscribe(signal);
    } catch (error) {
      this.#uris.delete(uri);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#ending.abort(new Error('the connection is closed'));
    await this.#open?.close().catch(() => undefined);
  }

  /** The new subscription has taken effect before the old one ends, so that nothing is missed. */
  async #subscribe(signal: AbortSignal): Promise<void> {
    const before = this.#open;
    const filter = {
      ...(this.#hasToolChanges && { toolsListChanged: true }),
      ...(this.#uris.size > 0 && { resourceSubscriptions: [...this.#uris] }),
    };
    const opened = await this.#client.listen(filter, { timeout: ACKNOWLEDGE_MS, signal });
    this.#open = opened;
    void opened.closed.then(() => {
      if (this.#open === opened && !this.#ending.signal.aborted) void this.#subscribeAgain(1);
    });
    await before?.close().catch(() => undefined);
  }

  async #subscribeAgain(first: number): Promise<void> {
    const { signal } = this.#ending;
    for (let attempt = first; attempt <= MAX_ATTEMPTS; attempt++) {
      try {
        if (attempt > 0) await wait(FIRST_WAIT_MS * 2 ** (attempt - 1), signal);
        await this.#subscribe(signal);
        // Changes may have been missed meanwhile.
        if (attempt > 0 && this.#hasToolChanges) this.#callbacks.onToolsChanged();
        return;
      } catch {
        // Tried again, unless the connection is closed: then nobody waits for it.
        if (signal.aborted) return;
      }
    }
    this.#callbacks.onLog('warning', 'it no longer reports changes of its tools and resources');
  }
}
