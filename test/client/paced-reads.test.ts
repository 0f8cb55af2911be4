// Owns claims about connections that are read in slices: no stream loses anything, and a read gets all that has arrived meanwhile.

import { readFileSync } from 'node:fs';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, OnReadOpts } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { pacedReads, ReadPacer } from '../../src/client/paced-reads.ts';
import type { ChatStream } from '../../src/index.ts';
import { VllmClient } from '../../src/index.ts';
import { DONE, frame, HI } from '../support/client-helpers.ts';

const TOKENS = 40;
const WHOLE = Array.from({ length: TOKENS }, (_, at) => `${at} `).join('');

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

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when the system has taken the bytes: over loopback they wait at the other end then. */
function write(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => response.write(text, () => resolve()));
}

/** Sends token by token, each in a turn of the event loop of its own. */
async function sendTokens(response: ServerResponse, from: number): Promise<void> {
  for (let at = from; at < TOKENS; at++) {
    await write(response, frame({ content: `${at} ` }));
    await turnOfEventLoop();
  }
  response.end(frame({}, 'stop') + DONE);
}

const answerAll: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  void sendTokens(response, 0);
};

/** The same reading, counted. */
function counted(onread: OnReadOpts): {
  readonly onread: OnReadOpts;
  readonly reads: () => number;
  readonly sockets: Set<unknown>;
} {
  const sockets = new Set<unknown>();
  let reads = 0;
  const callback = function (this: unknown, length: number, bytes: Uint8Array): boolean {
    reads++;
    sockets.add(this);
    return onread.callback.call(this, length, bytes);
  };
  return { onread: { buffer: onread.buffer, callback }, reads: () => reads, sockets };
}

/** A pacer whose slices end when the test says so. */
function manualPacer(readsPerSlice: number) {
  const ends: (() => void)[] = [];
  const pacer = new ReadPacer({ readsPerSlice, afterSlice: (end) => ends.push(end) });
  return { pacer, endSlice: () => ends.shift()?.(), slices: () => ends.length };
}

function streams(client: VllmClient, count: number): readonly ChatStream[] {
  return Array.from({ length: count }, () => client.chat.completions.stream(HI));
}

function contents(asked: readonly ChatStream[]): Promise<readonly string[]> {
  return Promise.all(asked.map((stream) => stream.collectContent()));
}

describe('connections', () => {
  test('that are few never wait for the end of a slice', async () => {
    await using server = await listen(createServer(answerAll));
    const { pacer } = manualPacer(4 * (TOKENS + 10));
    const dispatcher = new Agent({ connect: { onread: pacedReads(pacer) } });
    await using client = new VllmClient(`http://127.0.0.1:${server.port}/v1`, { dispatcher });
    expect(await contents(streams(client, 4))).toEqual(Array(4).fill(WHOLE));
    await dispatcher.close();
  });

  test('that are many wait for their slice, are read once in it, and each answer is whole', async () => {
    const COUNT = 20;
    const responses: ServerResponse[] = [];
    await using server = await listen(
      createServer((request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        responses.push(response);
      }),
    );
    const { pacer, endSlice, slices } = manualPacer(1);
    const { onread, reads } = counted(pacedReads(pacer));
    const dispatcher = new Agent({ connect: { onread } });
    await using client = new VllmClient(`http://127.0.0.1:${server.port}/v1`, { dispatcher });
    const answers = contents(streams(client, COUNT));
    while (responses.length < COUNT) await turnOfEventLoop();
    // Twice in one slice that does not end: by then all connections are paused.
    for (const _ of [1, 2]) {
      await Promise.all(responses.map((response) => write(response, ': nothing\n\n')));
      await turnOfEventLoop();
    }
    const whilePausing = reads();
    await Promise.all(responses.map((response) => sendTokens(response, 0)));
    // Only the one that had room in the slice may be read on.
    expect([slices(), reads() - whilePausing <= TOKENS + 2]).toEqual([1, true]);
    const beforeSlices = reads();
    endSlice();
    await turnOfEventLoop();
    // A slice has room for one connection, which is read once, or once more for the end of its answer.
    expect(reads() - beforeSlices).toBeLessThanOrEqual(2);
    let isWhole = false;
    void answers.then(() => {
      isWhole = true;
    });
    while (!isWhole) {
      endSlice();
      await turnOfEventLoop();
    }
    expect(await answers).toEqual(Array(COUNT).fill(WHOLE));
    // One read finds all 40 tokens and the end, or finds them and leaves the end to a second one.
    expect(reads() - beforeSlices).toBeLessThanOrEqual(2 * COUNT);
    await dispatcher.close();
  });

  test('over TLS are read in the same way', async () => {
    const read = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
    await using server = await listen(createTlsServer({ key: read('key'), cert: read('cert') }, answerAll));
    const { onread, sockets } = counted(pacedReads());
    const dispatcher = new Agent({ connect: { ca: read('cert'), onread } });
    await using client = new VllmClient(`https://localhost:${server.port}/v1`, { dispatcher });
    expect(await contents(streams(client, 100))).toEqual(Array(100).fill(WHOLE));
    expect(sockets.size).toBe(100);
    await dispatcher.close();
  });

  test('whose reader does not read make the server wait, until it reads on', async () => {
    const big = frame({ content: 'x'.repeat(64 * 1024) });
    const PIECES = 4000;
    let sent = 0;
    await using server = await listen(
      createServer(async (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (; sent < PIECES && !response.destroyed; sent++) {
          if (!response.write(big)) await new Promise<void>((resolve) => response.once('drain', resolve));
        }
      }),
    );
    /** Server and client share this event loop: what is not sent in so many turns of it waits for the reader. */
    const sentWhenHeldUp = async (): Promise<number> => {
      for (let last = -1, quietTurns = 0; quietTurns < 200; ) {
        await turnOfEventLoop();
        quietTurns = sent === last ? quietTurns + 1 : 0;
        last = sent;
      }
      return sent;
    };
    await using client = new VllmClient(`http://127.0.0.1:${server.port}/v1`);
    const events = client.chat.completions.stream(HI)[Symbol.asyncIterator]();
    await events.next();
    const first = await sentWhenHeldUp();
    expect(first).toBeLessThan(PIECES / 4);
    for (let taken = 0; taken < first; taken++) await events.next();
    expect(await sentWhenHeldUp()).toBeGreaterThan(first);
    await events.return();
  });
});
