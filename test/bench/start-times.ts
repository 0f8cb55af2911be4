// Owns the time from starting a process to its first request, and to the end of its first run.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Done } from './work.ts';

/** Milliseconds until the first request of `first-request.ts` is seen by a server here. */
export async function firstRequestMs(program: string, who: string): Promise<number> {
  let seenAt = Number.NaN;
  const server = createServer((request, response) => {
    if (Number.isNaN(seenAt)) seenAt = performance.now();
    request.resume();
    response.end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // no pipe was asked for
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, who, `http://127.0.0.1:${port}/v1`], { stdio: 'ignore' });
  await once(child, 'exit');
  server.closeAllConnections();
  server.close();
  return seenAt - startedAt;
}

/** Milliseconds until `first-run.ts` writes what its run did, and what that was. */
export async function firstRunMs(program: string, who: string, origin: string): Promise<{ ms: number; done: Done }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, who, origin], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const [text] = await Promise.race([once(child.stdout, 'data'), closed.then(() => ['null'])]);
  const ms = performance.now() - startedAt;
  await closed;
  return { ms, done: JSON.parse(String(text)) };
}
