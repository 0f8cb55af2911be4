// Owns recording: a proxy in front of a vLLM that stores each exchange. Replaying is left to `replay.ts`.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonValue } from '../core/json.ts';
import type { Exchange } from './exchange-file.ts';
import { storedBody, writeExchanges } from './exchange-file.ts';
import { listen } from './listen.ts';

export interface Recorder extends AsyncDisposable {
  /** The address for the client to record, ending in `/v1`. */
  readonly baseUrl: string;
  /** Waits for the requests in progress, closes the proxy and writes the file. */
  readonly close: () => Promise<void>;
}

/** Headers that apply to one connection, which a proxy does not forward. */
const CONNECTION_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'content-encoding',
  'keep-alive',
]);

/**
 * Starts a proxy that records the exchanges between a client and the vLLM at `baseUrl` to a file. Headers, and the keys in
 * them, are forwarded and not stored. The caller closes it.
 */
export async function recordVllm({
  baseUrl,
  file,
}: {
  readonly baseUrl: string;
  readonly file: string;
}): Promise<Recorder> {
  const origin = new URL(baseUrl).origin;
  const exchanges: Exchange[] = [];
  const open = new Set<Promise<void>>();

  const server = await listen((incoming, response) => {
    const forwarded = forward(incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
    open.add(forwarded);
    void forwarded.finally(() => open.delete(forwarded));
  });

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of incoming) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    const controller = new AbortController();
    response.once('close', () => controller.abort());
    const { method = 'GET', url: path = '/' } = incoming;
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: headersOf(incoming),
      signal: controller.signal,
      ...(text !== '' && { body: text }),
    });
    const contentType = answer.headers.get('content-type') ?? '';
    // Its place in the file follows the order of the requests, even when a later one is answered first.
    const at =
      exchanges.push({
        request: { method, path, body: bodyOf(text) },
        answer: { status: answer.status, contentType, body: '' },
      }) - 1;
    response.writeHead(answer.status, { 'content-type': contentType });
    const received: Uint8Array[] = [];
    for await (const part of answer.body ?? []) {
      received.push(part);
      response.write(part);
    }
    response.end();
    const body = storedBody(Buffer.concat(received).toString('utf8'), contentType);
    exchanges[at] = {
      request: { method, path, body: bodyOf(text) },
      answer: { status: answer.status, contentType, body },
    };
  }

  async function close(): Promise<void> {
    await Promise.all(open);
    await server.close();
    await writeExchanges(file, exchanges);
  }

  return { baseUrl: server.baseUrl, close, [Symbol.asyncDispose]: close };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function bodyOf(text: string): JsonValue {
  return text === '' ? null : storedBody(text, 'application/json');
}
