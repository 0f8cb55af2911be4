// Owns an HTTP server whose one answer the test sends piece by piece, so that a stall ends when the test says so.

import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ManualExchange {
  /** Begins the answer, as an event stream unless told otherwise. */
  readonly begin: (contentType?: string) => void;
  readonly write: (text: string) => void;
  /** Ends the answer; the status counts when it was not begun. */
  readonly end: (text?: string, status?: number) => void;
  /** Resolves when the client has dropped the connection. */
  readonly dropped: Promise<void>;
}

export interface ManualServer extends AsyncDisposable {
  readonly baseUrl: string;
  /** How many requests have arrived. */
  readonly count: () => number;
  /** Resolves to the next request, once it has arrived. */
  readonly next: () => Promise<ManualExchange>;
}

export async function startManualServer(): Promise<ManualServer> {
  const arrived: ManualExchange[] = [];
  const waiting: ((exchange: ManualExchange) => void)[] = [];
  let count = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      count++;
      const exchange = exchangeOf(response);
      const take = waiting.shift();
      if (take === undefined) arrived.push(exchange);
      else take(exchange);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // no pipe was asked for
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    count: () => count,
    next: () => {
      const exchange = arrived.shift();
      return exchange === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(exchange);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function exchangeOf(response: ServerResponse): ManualExchange {
  const dropped = new Promise<void>((resolve) => {
    response.on('close', () => {
      if (!response.writableEnded) resolve();
    });
  });
  return {
    begin(contentType = 'text/event-stream') {
      response.writeHead(200, { 'content-type': contentType });
      response.flushHeaders();
    },
    write: (text) => void response.write(text),
    end(text = '', status = 200) {
      response.statusCode = status;
      response.end(text);
    },
    dropped,
  };
}
