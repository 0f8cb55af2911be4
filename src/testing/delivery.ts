// Owns sending the bytes of an answer as its step says: cut, slow, stalled, reset, in chunks of any size, without end. The
// bytes themselves are left to the renderers.

import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Endless } from './steps.ts';

export interface Payload {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The chunks in which the body is written by default, in order. */
  readonly parts: readonly (string | Uint8Array)[];
}

/** Resolves when the bytes are written or the client has disconnected. */
export async function deliver(response: ServerResponse, payload: Payload, delivery: Delivery): Promise<void> {
  if (delivery.resetAfter === 0) {
    await reset(response);
    return;
  }
  response.writeHead(payload.status, payload.headers);
  response.flushHeaders();
  const { endAfter = Infinity, resetAfter = Infinity, closeAfter = Infinity, stallAfter = Infinity } = delivery;
  const parts = split(payload.parts, delivery.chunking ?? 'event');
  const limit = Math.min(endAfter, resetAfter, closeAfter);
  await send(response, between(parts, 0, Math.min(limit, stallAfter)), delivery);
  if (stallAfter < limit) {
    await Promise.race([closed(response), ...(delivery.release === undefined ? [] : [delivery.release])]);
    await send(response, between(parts, stallAfter, limit), delivery);
  }
  if (response.destroyed) return;
  if (limit === Infinity || limit === endAfter) response.end();
  else if (limit === resetAfter) await reset(response);
  else response.socket?.destroy();
}

/**
 * Resets the connection. TLS and Unix sockets have no reset: they are closed. A client in this process gets some turns of
 * the event loop first, to read the bytes before the reset, which would otherwise be lost.
 */
async function reset({ socket }: ServerResponse): Promise<void> {
  if (socket === null) return;
  for (let turn = 0; turn < TURNS_TO_READ; turn++) await nextTurn();
  const canReset = !('encrypted' in socket) && socket.remoteAddress !== undefined;
  if (canReset) socket.resetAndDestroy();
  else socket.destroy();
}

/** Two turns were enough in every trial; the others are a margin. */
const TURNS_TO_READ = 4;

async function send(response: ServerResponse, parts: readonly Uint8Array[], delivery: Delivery): Promise<void> {
  const isChunked = typeof delivery.chunking === 'number' || typeof delivery.chunking === 'object';
  for (const part of parts) {
    if (delivery.delayMs !== undefined) await sleep(delivery.delayMs);
    if (response.destroyed) return;
    await write(response, part);
    // A turn of the event loop lets a client in this process read this chunk before the next one is written.
    if (isChunked) await nextTurn();
  }
}

/** Sends without end, as fast as the client reads: for the client's limits. */
export async function deliverEndless(response: ServerResponse, of: Endless['of']): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'more ' } }] })}\n\n`;
  const block = of === 'line' ? 'x'.repeat(BLOCK_BYTES) : event.repeat(Math.ceil(BLOCK_BYTES / event.length));
  if (of === 'line') await write(response, 'data: ');
  while (!response.destroyed) await write(response, block);
}

const BLOCK_BYTES = 64 * 1024;

function split(parts: Payload['parts'], chunking: NonNullable<Delivery['chunking']>): Uint8Array[] {
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)));
  if (chunking === 'event') return bytes;
  const whole = Buffer.concat(bytes);
  if (chunking === 'whole') return [whole];
  const offsets = typeof chunking === 'number' ? multiples(chunking, whole.length) : [0, ...chunking];
  return offsets.map((from, at) => whole.subarray(from, offsets[at + 1])).filter((part) => part.length > 0);
}

function multiples(step: number, end: number): number[] {
  return Array.from({ length: Math.ceil(end / step) }, (_, at) => at * step);
}

/** The bytes between two offsets, in the same chunks. */
function between(parts: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  let offset = 0;
  const kept = parts.map((part) => {
    const start = offset;
    offset += part.length;
    return part.subarray(Math.max(0, from - start), Math.max(0, to - start));
  });
  return kept.filter((part) => part.length > 0);
}

/** Resolves when the bytes have left this process, so that the next write is a packet of its own. */
async function write(response: ServerResponse, part: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    response.write(part, done);
  });
}

async function closed(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => response.once('close', () => resolve()));
}
