// Owns the time from starting a process to the moment its first request is seen by a server here.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds. */
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
