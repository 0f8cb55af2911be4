// Owns turning any value that a tool returns into JSON that says the same, or refusing it: nothing is shown as `{}` that is not empty.
// Waiting for streams, promises and async iterators is left to `drain.ts`.

import type { JsonValue } from '../core/json.ts';
import { ContentParts } from './content-parts.ts';
import { drain, isAsyncSource, MAX_ITEMS, tagOf, tooLong } from './drain.ts';
import { isBytes, textOfBytes } from './result-bytes.ts';
import { errorFields, errorLine, isError } from './thrown-error.ts';
import type { Path } from './unshowable.ts';
import { UnshowableResult } from './unshowable.ts';

/** Deeper than any data that a model can follow; well above where the stack ends. */
const MAX_DEPTH = 500;
/** Values in one result: objects that share parts can stand for far more than they hold. */
const MAX_VALUES = 2_000_000;

type Plain = JsonValue | undefined;

/**
 * Reads a value; a promise where parts of it are yet to come, which rejects when the signal is aborted. Undefined stands for no value.
 * Throws an UnshowableResult for what cannot be shown, and what an iterator, a promise or a stream in it throws.
 */
export function readPlain(value: unknown, signal?: AbortSignal): Plain | Promise<Plain> {
  const reader = new PlainReader();
  const root: Parent = {};
  reader.start({ path: [], source: value, into: root, key: 'value' });
  return reader.isFinished ? root.value : finish(reader, signal).then(() => root.value);
}

async function finish(reader: PlainReader, signal: AbortSignal | undefined): Promise<void> {
  for (let next = reader.nextLater(); next !== undefined; next = reader.nextLater()) {
    const found = await drain(next.source, { path: next.path, signal });
    reader.start({ ...next, source: found });
  }
}

type Key = string | number;
type Parent = Record<Key, Plain>;

/** A part to read, and where it goes: one that is yet to come keeps its place among the others. */
interface Part<Source = unknown> {
  readonly path: Path;
  readonly source: Source;
  readonly into: Parent;
  readonly key: Key;
}

/** Carries what the tool's own iterator threw past the places that say where something cannot be read. */
class ThrownByTool {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

class PlainReader {
  readonly #later: Part<object>[] = [];
  /** The objects around the current one. */
  readonly #above = new Set<object>();
  #path: Key[] = [];
  #values = 0;

  get isFinished(): boolean {
    return this.#later.length === 0;
  }

  nextLater(): Part<object> | undefined {
    return this.#later.shift();
  }

  start({ path, source, into, key }: Part): void {
    this.#path = [...path];
    this.#above.clear();
    try {
      this.#place(source, into, key);
    } catch (error) {
      if (error instanceof ThrownByTool) throw error.error;
      throw this.#located(error);
    }
  }

  #place(value: unknown, into: Parent, key: Key): void {
    if (isAsyncSource(value)) {
      into[key] = null;
      this.#later.push({ path: [...this.#path], source: value, into, key });
    } else into[key] = this.#read(value);
  }

  #read(value: unknown): Plain {
    if (++this.#values > MAX_VALUES) throw this.#refusal(`beyond ${MAX_VALUES} values`, 'return a part');
    if (typeof value !== 'object' || value === null) return this.#primitive(value);
    if (this.#path.length > MAX_DEPTH) throw this.#refusal(`nested deeper than ${MAX_DEPTH} levels`, 'return less');
    if (this.#above.has(value)) throw this.#refusal('an object that it is itself a part of (a cycle)', FIELDS);
    this.#above.add(value);
    const plain = this.#object(value);
    this.#above.delete(value);
    return plain;
  }

  #primitive(value: unknown): Plain {
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'function' && typeof value !== 'symbol') return value as string | boolean | null | undefined; // all others
    const what = `a ${typeof value}`;
    // A method beside data hides none of it. Alone it is a mistake.
    if (this.#path.length === 0) throw this.#refusal(what, 'return the result of the function, or text');
    return `(${what})`;
  }

  #object(value: object): Plain {
    if (Array.isArray(value)) return this.#list(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    if (isPlain && !(Symbol.iterator in value) && !('toJSON' in value)) return this.#fields(value, true);
    if (isError(value)) return this.#fields(errorFields(value), true);
    if (isBytes(value)) return textOfBytes([value], this.#path);
    const text = textOf(value);
    if (text !== undefined) return text;
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      return this.#read(value.toJSON(String(this.#path.at(-1) ?? '')));
    }
    const opaque = OPAQUE.get(value instanceof ContentParts ? 'ContentParts' : tagOf(value));
    if (opaque !== undefined) throw this.#refusal(...opaque);
    if (isIterable(value)) return this.#iterable(value);
    return this.#fields(value, isPlain);
  }

  #list(values: ArrayLike<unknown>): Plain {
    if (values.length > MAX_VALUES) throw this.#refusal(`a list of ${values.length} values`, 'return a part');
    const list: Plain[] = [];
    for (let at = 0; at < values.length; at++) {
      this.#path.push(at);
      this.#place(values[at], list as unknown as Parent, at); // its keys are numbers
      this.#path.pop();
    }
    return list as JsonValue[]; // undefined becomes null, as JSON has it
  }

  #iterable(value: Iterable<unknown>): Plain {
    const tag = tagOf(value);
    const items = this.#items(value, tag);
    const isKeyed = tag === 'Map' || tag === 'Headers';
    const pairs = items as (readonly [unknown, unknown])[]; // only read when they are
    if (!isKeyed || !pairs.every(([key]) => typeof key === 'string')) return this.#list(items);
    return this.#fields(Object.fromEntries(pairs), true);
  }

  #items(value: Iterable<unknown>, tag: string): unknown[] {
    const max = tag === 'Map' || tag === 'Set' || ArrayBuffer.isView(value) ? MAX_VALUES : MAX_ITEMS;
    const items: unknown[] = [];
    try {
      for (const item of value) {
        items.push(item);
        if (items.length > max) throw tooLong(this.#path);
      }
    } catch (error) {
      throw error instanceof UnshowableResult ? error : new ThrownByTool(error);
    }
    return items;
  }

  /** The enumerable fields of its own, as JSON has them. */
  #fields(value: object, isPlain: boolean): Plain {
    const keys = Object.keys(value);
    if (keys.length === 0 && !(isPlain && Reflect.ownKeys(value).length === 0)) {
      const { name } = Object(value).constructor ?? {};
      const what = `an object${typeof name === 'string' && name !== '' ? ` (${name})` : ''} that shows none of its fields`;
      throw this.#refusal(what, `${FIELDS}, or give it a method \`toJSON\``);
    }
    const fields: Parent = Object.create(null);
    for (const key of keys) {
      this.#path.push(key);
      this.#place(Reflect.get(value, key), fields, key);
      this.#path.pop();
    }
    // Not to show fields at all would say that there are none.
    if (keys.every((key) => fields[key] === undefined)) for (const key of keys) fields[key] = null;
    return fields;
  }

  #refusal(what: string, remedy: string): UnshowableResult {
    return new UnshowableResult(this.#path, what, remedy);
  }

  #located(error: unknown): unknown {
    if (error instanceof UnshowableResult) return error;
    const reason = isError(error) ? errorLine(error) : 'what it threw is no error';
    return this.#refusal(`a value that throws when it is read (${reason})`, FIELDS);
  }
}

const FIELDS = 'return the fields that matter, as plain data';

/** What has one text that says it all; undefined for anything else. */
function textOf(value: object): Plain {
  switch (tagOf(value)) {
    case 'Date':
      // Its number, since it may be of another realm.
      return Number.isNaN(Number(value)) ? 'Invalid Date' : new Date(Number(value)).toISOString();
    case 'RegExp':
    case 'URLSearchParams':
    case 'BigInt':
      return String(value);
    case 'String':
    case 'Boolean':
      return value.valueOf() as Plain; // the primitive in it
    case 'Number':
      return Number.isFinite(value.valueOf()) ? Number(value) : String(value);
    default:
      return undefined;
  }
}

const LISTED: readonly [string, string] = ['a collection that cannot be listed', FIELDS];

/** What has no content that could be shown: what it is, and what to return in its place. */
const OPAQUE: ReadonlyMap<string, readonly [string, string]> = new Map([
  [
    'ContentParts',
    ['content parts inside other data', 'return `contentParts` alone, with the data as one of its texts'],
  ],
  ['Request', ['a request that was not sent', 'return the response to it']],
  ['WeakMap', LISTED],
  ['WeakSet', LISTED],
  ['WeakRef', LISTED],
  ['Symbol', ['a symbol', 'return its text']],
]);

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && typeof value[Symbol.iterator] === 'function';
}
