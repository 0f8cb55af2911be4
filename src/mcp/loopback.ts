// Owns the address on this machine to which the browser is redirected after a sign-in. Exchanging the code is left to `oauth.ts`.

import { createServer } from 'node:http';

export interface Loopback {
  readonly port: number;
  readonly redirectUrl: string;
  /** The parameters of the redirect. Rejects after `timeoutMs`. */
  readonly answer: (timeoutMs: number) => Promise<URLSearchParams>;
  readonly close: () => void;
}

const PAGE = '<!doctype html><title>Signed in</title><p>You can close this page and go back to the terminal.';

/** Listens on 127.0.0.1 only, on the wanted port when it is free. Does not keep the program running. */
export async function openLoopback(wantedPort: number | undefined): Promise<Loopback> {
  let resolve: (answer: URLSearchParams) => void = () => undefined;
  let answered = new Promise<URLSearchParams>((done) => {
    resolve = done;
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname !== '/callback') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', connection: 'close' }).end(PAGE);
    resolve(url.searchParams);
  });
  server.unref();
  const listen = (port: number): Promise<void> =>
    new Promise((done, fail) => {
      server.once('error', fail);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', fail);
        done();
      });
    });
  await listen(wantedPort ?? 0).catch(() => listen(0));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    redirectUrl: `http://127.0.0.1:${port}/callback`,
    answer: async (timeoutMs) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, fail) => {
        timer = setTimeout(() => fail(new Error(`nobody signed in within ${timeoutMs / 60_000} minutes`)), timeoutMs);
      });
      try {
        return await Promise.race([answered, late]);
      } finally {
        clearTimeout(timer);
        answered = new Promise((done) => {
          resolve = done;
        });
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
