// Owns a server of the tests' own on this machine: a free port, its address, and an end that waits for nobody.

import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';

export interface Listening {
  /** With its `/v1`, as a client wants it. */
  readonly baseUrl: string;
  /** Ends it, open connections included. */
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
