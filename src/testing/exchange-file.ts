// Owns the file of a recording: readable, in order, without keys. Making and playing one is left to `recorder.ts` and `replay.ts`.

import { readFile, writeFile } from 'node:fs/promises';
import type { JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';

/** One request and its answer. Headers are left out: keys are in them, and nothing that matters to a run. */
export interface Exchange {
  readonly request: { readonly method: string; readonly path: string; readonly body: JsonValue };
  readonly answer: {
    readonly status: number;
    readonly contentType: string;
    /** The events of a stream one by one, JSON as it is, or text. */
    readonly body: JsonValue;
  };
}

export async function writeExchanges(file: string, exchanges: readonly Exchange[]): Promise<void> {
  await writeFile(file, `${JSON.stringify({ exchanges }, undefined, 2)}\n`);
}

/** Throws an Error that names the file when it is no recording. */
export async function readExchanges(file: string): Promise<readonly Exchange[]> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  const exchanges = isObject(value) ? value.exchanges : undefined;
  if (!Array.isArray(exchanges) || !exchanges.every(isExchange))
    throw new Error(`${file} is no recording of exchanges.`);
  return exchanges;
}

function isExchange(value: unknown): value is Exchange {
  return (
    isObject(value) && isObject(value.request) && isObject(value.answer) && typeof value.answer.status === 'number'
  );
}

const EVENT_STREAM = 'text/event-stream';

/** A body as the file has it. */
export function storedBody(text: string, contentType: string): JsonValue {
  if (contentType.startsWith(EVENT_STREAM)) return text.split(/(?<=\n\n)/);
  try {
    return JSON.parse(text);
  } catch {
    // Plain text, or nothing.
    return text;
  }
}

/** The pieces in which a stored body is sent again. */
export function sentBody({ contentType, body }: Exchange['answer']): readonly string[] {
  if (contentType.startsWith(EVENT_STREAM) && Array.isArray(body)) return body.map(String);
  return [typeof body === 'string' ? body : JSON.stringify(body)];
}
