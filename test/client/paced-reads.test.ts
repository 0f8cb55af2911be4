// Owns claims about connections that take turns: nothing of any stream is lost, and a read gets what has come meanwhile.

import { readFileSync } from 'node:fs';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { pacedReads, Turns } from '../../src/client/paced-reads.ts';
import type { ClientOptions } from '../../src/index.ts';
import { VllmClient } from '../../src/index.ts';
import { HI } from '../support/client-helpers.ts';

afterEach(() => vi.restoreAllMocks());

const TOKENS = 40;

function chunk(content: string, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finishReason }] })}\n\n`;
}

/** Sends each answer token by token, all answers at the same pace. */
async function sendTokens(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let at = 0; at < TOKENS; at++) {
    response.write(chunk(`${at} `));
    await sleep(2);
  }
  response.end(`${chunk('', 'stop')}data: [DONE]\n\n`);
}

interface Listening extends AsyncDisposable {
  readonly port: number;
}

async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // no pipe was asked for
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { port, [Symbol.asyncDispose]: close };
}

const answerSlowly: RequestListener = (request, response) => {
  request.resume();
  void sendTokens(response);
};

const WHOLE = Array.from({ length: TOKENS }, (_, at) => `${at} `).join('');

async function contents(baseUrl: string, streams: number, options: ClientOptions = {}): Promise<readonly string[]> {
  await using client = new VllmClient(baseUrl, options);
  return await Promise.all(Array.from({ length: streams }, () => client.chat.completions.stream(HI).collectContent()));
}

describe('connections', () => {
  test('that are few are never paused', async () => {
    await using server = await listen(createServer(answerSlowly));
    const pause = vi.spyOn(Socket.prototype, 'pause');
    expect(await contents(`http://127.0.0.1:${server.port}/v1`, 4)).toEqual(Array(4).fill(WHOLE));
    expect(pause).not.toHaveBeenCalled();
  });

  test('that are many take turns, and each answer is whole', async () => {
    await using server = await listen(createServer(answerSlowly));
    // With one read in a turn, twenty streams are many.
    const onread = pacedReads(new Turns({ readsPerTurn: 1, turnMs: 40 }));
    const read = vi.spyOn(onread, 'callback');
    const dispatcher = new Agent({ connect: { onread } });
    expect(await contents(`http://127.0.0.1:${server.port}/v1`, 20, { dispatcher })).toEqual(Array(20).fill(WHOLE));
    // Each read is a turn's only one, so half as many reads as tokens would have taken 16 seconds.
    expect(read.mock.calls.length).toBeLessThan((20 * TOKENS) / 2);
    await dispatcher.close();
  });

  test('over TLS are read in the same way', async () => {
    const read = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
    await using server = await listen(createTlsServer({ key: read('key'), cert: read('cert') }, answerSlowly));
    const onread = pacedReads();
    const take = vi.spyOn(onread, 'callback');
    const dispatcher = new Agent({ connect: { ca: read('cert'), onread } });
    expect(await contents(`https://localhost:${server.port}/v1`, 100, { dispatcher })).toEqual(Array(100).fill(WHOLE));
    expect(new Set(take.mock.contexts).size).toBe(100);
    await dispatcher.close();
  });

  test('whose reader does not read make the server wait', async () => {
    const big = chunk('x'.repeat(64 * 1024));
    let sent = 0;
    let isHeldUp = false;
    await using server = await listen(
      createServer(async (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        while (!isHeldUp && sent < 4000) {
          sent++;
          if (response.write(big)) continue;
          isHeldUp = await Promise.race([
            new Promise<boolean>((resolve) => response.once('drain', () => resolve(false))),
            sleep(1000, true),
          ]);
        }
      }),
    );
    await using client = new VllmClient(`http://127.0.0.1:${server.port}/v1`);
    for await (const _event of client.chat.completions.stream(HI)) {
      await vi.waitFor(() => expect(isHeldUp).toBe(true), { timeout: 20_000 });
      break;
    }
    expect(sent).toBeLessThan(1000);
  });
});
