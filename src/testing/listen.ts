// Owns an HTTP server on this machine for recording and replaying: a free port, its address, and closing it.

import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';

export interface Listening {
  /** The address for a client, ending in `/v1`. */
  readonly baseUrl: string;
  /** Closes the server and its open connections. */
  readonly close: () => Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
