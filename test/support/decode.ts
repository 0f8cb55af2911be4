// Owns running the client's decoder over bytes without a connection, with a clock that stands still.

import { ChatDecoder } from '../../src/client/chat-decoder.ts';
import { createByteDecoder } from '../../src/client/decode-events.ts';
import type { StreamEvent } from '../../src/index.ts';
import { VllmError } from '../../src/index.ts';

export interface DecodeOptions {
  readonly maxEventChars?: number;
  readonly maxArgumentChars?: number;
  readonly parseThinkTags?: boolean;
}

/** The events of these chunks of bytes, the error that ends them among them. */
export function decodeChunks(chunks: readonly Uint8Array[], options: DecodeOptions = {}): StreamEvent[] {
  const chat = new ChatDecoder({
    maxArgumentChars: options.maxArgumentChars ?? 1_000_000,
    parseThinkTags: options.parseThinkTags ?? false,
    requestId: 'request',
    sentAtMs: 0,
    firstByteAtMs: () => 1,
    now: () => 2,
    onChunk: undefined,
  });
  const maxEventChars = options.maxEventChars ?? 1_000_000;
  const decoder = createByteDecoder(chat, { maxEventChars, requestId: 'request' });
  const events: StreamEvent[] = [];
  try {
    for (const chunk of chunks) decoder.feed([chunk], events);
    decoder.end(events);
  } catch (error) {
    if (!(error instanceof VllmError)) throw error;
    events.push({ type: 'error', error });
  }
  return events;
}

/** The bytes cut at these positions. */
export function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const ends = [...positions, bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Errors compare by what they say: their stacks differ between runs. */
export function comparable(events: readonly StreamEvent[]): unknown[] {
  return events.map((event) => (event.type === 'error' ? { type: 'error', error: event.error.toJSON() } : event));
}
