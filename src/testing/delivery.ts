// Owns sending an answer's bytes the way a step wants it: cut, slow, stalled, reset, in pieces of any size, without end.
// Which bytes, is left to the renderers.

import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Endless } from './steps.ts';

export interface Payload {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In the order in which they are written when nothing else is asked for. */
  readonly parts: readonly (string | Uint8Array)[];
}

/** Resolves when the bytes are out, or the client is gone. */
export async function deliver(response: ServerResponse, payload: Payload, delivery: Delivery): Promise<void> {
  if (delivery.resetAfter === 0) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(payload.status, payload.headers);
  response.flushHeaders();
  const limit = Math.min(
    delivery.endAfter ?? Infinity,
    delivery.resetAfter ?? Infinity,
    delivery.stallAfter ?? Infinity,
  );
  for (const part of limited(split(payload.parts, delivery.chunking ?? 'event'), limit)) {
    if (delivery.delayMs !== undefined) await sleep(delivery.delayMs);
    if (response.destroyed) return;
    await write(response, part);
    // A turn of the event loop: a reader in this process gets to read this piece before the next one is there.
    if (typeof delivery.chunking === 'number') await nextTurn();
  }
  if (delivery.resetAfter !== undefined) response.socket?.resetAndDestroy();
  else if (delivery.stallAfter !== undefined) await closed(response);
  else response.end();
}

/** Sends for ever what the limits of a client are to stop, as fast as it is read. */
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
  const count = Math.ceil(whole.length / chunking);
  return Array.from({ length: count }, (_, at) => whole.subarray(at * chunking, (at + 1) * chunking));
}

function limited(parts: readonly Uint8Array[], limit: number): Uint8Array[] {
  const kept: Uint8Array[] = [];
  let left = limit;
  for (const part of parts) {
    if (left <= 0) break;
    kept.push(part.subarray(0, Math.min(part.length, left)));
    left -= part.length;
  }
  return kept;
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
