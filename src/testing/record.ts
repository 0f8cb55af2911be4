// Owns recording a request, and whether its client stayed until the end of the answer. Answering is left to `fake-vllm.ts`.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject } from '../core/json.ts';
import type { RecordedRequest } from './steps.ts';

/** Reads the whole request. Never rejects. */
export async function record(incoming: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  let aborted = false;
  const ended = new Promise<'answered' | 'aborted'>((resolve) => {
    response.once('close', () => {
      aborted = !response.writableFinished;
      resolve(aborted ? 'aborted' : 'answered');
    });
  });
  const parts: Uint8Array[] = [];
  try {
    for await (const part of incoming) parts.push(part);
  } catch {
    // The client disconnected while sending: `ended` reports it.
  }
  const rawBody = Buffer.concat(parts).toString('utf8');
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const path = (incoming.url ?? '').split('?')[0] ?? '';
  return {
    method: incoming.method ?? '',
    path,
    headers,
    body: parseBody(rawBody),
    rawBody,
    get aborted() {
      return aborted;
    },
    ended,
  };
}

function parseBody(text: string): RecordedRequest['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON: the route refuses the request.
    return undefined;
  }
}
