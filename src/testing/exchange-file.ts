// Owns the file format of a recording: readable, in order, without API keys. Recording and replaying are left to
// `recorder.ts` and `replay.ts`.

import { readFile, writeFile } from 'node:fs/promises';
import type { JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** One request and its answer. Headers are omitted: they hold keys, and nothing that a run depends on. */
export interface Exchange {
  readonly request: { readonly method: string; readonly path: string; readonly body: JsonValue };
  readonly answer: {
    readonly status: number;
    readonly contentType: string;
    /** A list of events for a stream, a JSON value, or text. */
    readonly body: JsonValue;
  };
}

export async function writeExchanges(file: string, exchanges: readonly Exchange[]): Promise<void> {
  await writeFile(file, `${JSON.stringify({ exchanges }, undefined, 2)}\n`);
}

/** @throws {Error} The file is not a recording. The message names it. */
export async function readExchanges(file: string): Promise<readonly Exchange[]> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  const exchanges = isObject(value) ? value.exchanges : undefined;
  if (!Array.isArray(exchanges) || !exchanges.every(isExchange)) throw new Error(`${file} is not a recording.`);
  return exchanges;
}

function isExchange(value: unknown): value is Exchange {
  return (
    isObject(value) && isObject(value.request) && isObject(value.answer) && typeof value.answer.status === 'number'
  );
}

const EVENT_STREAM = 'text/event-stream';

/** A body as it is stored in the file. */
export function storedBody(text: string, contentType: string): JsonValue {
  if (contentType.startsWith(EVENT_STREAM)) return text.split(/(?<=\n\n)/);
  try {
    return JSON.parse(text);
  } catch {
    // Plain text, or empty.
    return text;
  }
}

/** The chunks in which a stored body is sent again. */
export function sentBody({ contentType, body }: Exchange['answer']): readonly string[] {
  if (contentType.startsWith(EVENT_STREAM) && Array.isArray(body)) return body.map(String);
  return [typeof body === 'string' ? body : JSON.stringify(body)];
}
