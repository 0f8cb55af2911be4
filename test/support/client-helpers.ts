// Owns the small steps that tests of the client share.

import type { ChatParams, ClientOptions, StreamEvent } from '../../src/index.ts';
import { VllmClient } from '../../src/index.ts';
import type { FakeVllm, FakeVllmOptions, Step } from '../../src/testing/index.ts';
import { startFakeVllm } from '../../src/testing/index.ts';

export const HI = { model: 'fake', messages: [{ role: 'user', content: 'Hi' }] } satisfies ChatParams;

export interface Pair extends AsyncDisposable {
  readonly client: VllmClient;
  readonly vllm: FakeVllm;
}

/** A fake with these steps and a client for it that does not retry. */
export async function pair(
  steps: readonly Step[] = [],
  options: ClientOptions = {},
  server: FakeVllmOptions = {},
): Promise<Pair> {
  const vllm = await startFakeVllm(server);
  vllm.script(...steps);
  const client = new VllmClient(vllm.baseUrl, { maxRetries: 0, ...options });
  return {
    client,
    vllm,
    async [Symbol.asyncDispose]() {
      await vllm[Symbol.asyncDispose]();
      await client.close();
    },
  };
}

export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The events without timings and counts, for comparing whole lists. */
export function essence(events: readonly StreamEvent[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.type === 'usage') return [];
    if (event.type === 'done') return [{ type: 'done', finishReasons: event.finishReasons }];
    return event.type === 'error' ? [{ type: 'error', kind: event.error.kind, code: event.error.code }] : [event];
  });
}

/** The text of one chunk of a stream. */
export function frame(delta: object, finish: string | null = null, index = 0): string {
  return `data: ${JSON.stringify({ choices: [{ index, delta, finish_reason: finish }] })}\n\n`;
}

export const DONE = 'data: [DONE]\n\n';

/** What a promise was rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}
