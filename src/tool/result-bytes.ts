// Owns bytes in a result: they are shown when they are text. Where they come from is left to the caller.

import type { Path } from './unshowable.ts';
import { UnshowableResult } from './unshowable.ts';

type Bytes = ArrayBuffer | ArrayBufferView;

/** Buffers of all kinds and their views; not the arrays of larger numbers. */
export function isBytes(value: unknown): value is Bytes {
  if (ArrayBuffer.isView(value)) return value instanceof DataView || value instanceof Uint8Array;
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
}

/** Chunks as one text. Throws an UnshowableResult for what is no text. */
export function textOfBytes(chunks: readonly (string | Bytes)[], path: Path): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    const texts = chunks.map((chunk) =>
      typeof chunk === 'string' ? decoder.decode() + chunk : decoder.decode(ownBytes(chunk), { stream: true }),
    );
    const text = texts.join('') + decoder.decode();
    if (!NO_TEXT.test(text)) return text;
  } catch {
    // It is not UTF-8: refused below.
  }
  const size = chunks.reduce((sum, chunk) => sum + (typeof chunk === 'string' ? chunk.length : chunk.byteLength), 0);
  const remedy = 'return text, an array of numbers, or `contentParts` with an image';
  throw new UnshowableResult(path, `binary data (${size} bytes), which is not text`, remedy);
}

/** A copy: shared memory cannot be decoded. */
function ownBytes(chunk: Bytes): Uint8Array {
  const view = ArrayBuffer.isView(chunk) ? chunk : new Uint8Array(chunk);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}

/** Control characters other than those of layout and colour. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_TEXT = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;
