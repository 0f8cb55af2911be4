// Owns waiting for what a result holds but is not there yet: promises, streams, async iterators, bodies. What becomes of the values is
// left to `plain-value.ts`.

import { isBytes, textOfBytes } from './result-bytes.ts';
import type { Path } from './unshowable.ts';
import { UnshowableResult } from './unshowable.ts';

/** Values of one iterator, which may have no end. */
export const MAX_ITEMS = 100_000;
/** As many characters as a run keeps of long results. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Place {
  readonly path: Path;
  /** Ends the waiting, and closes what is read. */
  readonly signal: AbortSignal | undefined;
}

/** Whether reading a value takes waiting. */
export function isAsyncSource(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || hasMethod(value, 'toJSON')) return false;
  return (
    hasMethod(value, 'then') || isBlob(value) || isResponse(value) || isStream(value) || Symbol.asyncIterator in value
  );
}

/** Reads one to its end. The value may have such parts in turn. Throws what the source throws, an UnshowableResult when it is too long. */
export async function drain(source: object, place: Place): Promise<unknown> {
  if (hasMethod(source, 'then')) return await unlessAborted(source as PromiseLike<unknown>, place.signal);
  if (isResponse(source)) return await drainResponse(source, place);
  if (isBlob(source)) return await drainItems(source.stream(), place);
  return await drainItems(source, place);
}

/** The text of the body; with its status when that is an error, which the model would else take for the answer. */
async function drainResponse(response: Response, place: Place): Promise<unknown> {
  const { ok, status, statusText, body, bodyUsed } = response;
  if (bodyUsed) {
    throw new UnshowableResult(place.path, 'a response whose body was read already', 'return what was read');
  }
  const text = body === null ? '' : await drainItems(body, place);
  return ok ? text : { status, statusText, body: text };
}

async function drainItems(source: object, place: Place): Promise<unknown> {
  const { next, close } = openSource(source, place);
  const items: unknown[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await unlessAborted(next(), place.signal);
      if (done === true) break;
      items.push(value);
      size += typeof value === 'string' ? value.length : isBytes(value) ? value.byteLength : 0;
      if (items.length > MAX_ITEMS || size > MAX_BYTES) throw tooLong(place.path);
    }
  } catch (error) {
    close();
    throw error;
  }
  return joined(items, isStream(source) || hasMethod(source, 'pipe'), place.path);
}

export function tooLong(path: Path): UnshowableResult {
  const what = `a stream or an iterator with more than ${MAX_ITEMS} values or ${MAX_BYTES} bytes, or without an end`;
  return new UnshowableResult(path, what, 'return a part of it');
}

/** Chunks of bytes are the text that they are part of; so are the texts of a stream, but not those of an iterator. */
function joined(items: readonly unknown[], isText: boolean, path: Path): unknown {
  const isJoined = items.every((item) => isBytes(item) || (isText && typeof item === 'string'));
  if (!isJoined || (items.length === 0 && !isText)) return items;
  return textOfBytes(items as readonly (string | ArrayBuffer | ArrayBufferView)[], path); // just checked
}

interface Source {
  readonly next: () => PromiseLike<IteratorResult<unknown>>;
  readonly close: () => void;
}

function openSource(source: object, { path }: Place): Source {
  if (isStream(source)) {
    if (source.locked) throw new UnshowableResult(path, 'a stream that is being read already', 'return what was read');
    const reader = source.getReader();
    return { next: () => reader.read() as Promise<IteratorResult<unknown>>, close: () => ignore(reader.cancel()) };
  }
  const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator](); // the caller asked for it
  return {
    next: async () => iterator.next(),
    close: () => {
      // A stream of Node is closed at once; a generator when it comes to its next `yield`.
      if (hasMethod(source, 'destroy')) source.destroy();
      ignore(iterator.return?.());
    },
  };
}

/** What is closed because of an error or an abort is of no interest any more, nor is its failure. */
function ignore(closing: PromiseLike<unknown> | undefined): void {
  closing?.then(undefined, () => undefined);
}

async function unlessAborted<T>(value: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await value;
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const release = (): void => signal.removeEventListener('abort', onAbort);
    value.then(
      (found) => {
        release();
        resolve(found);
      },
      (error: unknown) => {
        release();
        reject(error);
      },
    );
  });
}

function hasMethod<K extends string>(value: object, name: K): value is Record<K, () => unknown> {
  return name in value && typeof Reflect.get(value, name) === 'function';
}

// By their tags, since other copies of the classes are in use (undici's own, for example).

function isBlob(value: object): value is Blob {
  const tag = tagOf(value);
  return (tag === 'Blob' || tag === 'File') && hasMethod(value, 'stream');
}

function isResponse(value: object): value is Response {
  return tagOf(value) === 'Response' && 'bodyUsed' in value;
}

function isStream(value: object): value is ReadableStream<unknown> {
  return hasMethod(value, 'getReader');
}

/** `Map`, `Response`, `Object` …: what a value says it is. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
