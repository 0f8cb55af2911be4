// Owns playing a recording: a server that answers each request as it was answered then, and none that was not made then.

import type { JsonValue } from '../core/json.ts';
import { differences } from './difference.ts';
import type { Exchange } from './exchange-file.ts';
import { readExchanges, sentBody } from './exchange-file.ts';
import { listen } from './listen.ts';

export interface Replay extends AsyncDisposable {
  /** With its `/v1`, as a client wants it. */
  readonly baseUrl: string;
  /** Throws when a request was not in the recording, with what differs, or when one of the recording was not made. */
  readonly assertDone: () => void;
  readonly close: () => Promise<void>;
}

/** Plays a file that `recordVllm` made. Requests must be the same in method, path and body; their order may differ. */
export async function replayVllm(file: string): Promise<Replay> {
  const left = [...(await readExchanges(file))];
  const faults: string[] = [];

  const server = await listen(async (incoming, response) => {
    const parts: Uint8Array[] = [];
    for await (const part of incoming) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    const asked = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body: parse(text) };
    const found = take(asked);
    if (found === undefined) {
      const fault = describe(asked);
      faults.push(fault);
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: fault, type: 'replay', param: null, code: 500 } }));
      return;
    }
    response.writeHead(found.status, { 'content-type': found.contentType });
    for (const part of sentBody(found)) response.write(part);
    response.end();
  });

  function take(asked: Exchange['request']): Exchange['answer'] | undefined {
    const at = left.findIndex(({ request }) => isSame(request, asked));
    return at < 0 ? undefined : left.splice(at, 1)[0]?.answer;
  }

  function describe(asked: Exchange['request']): string {
    const near = left.find(({ request }) => request.path === asked.path && request.method === asked.method)?.request;
    const head = `${asked.method} ${asked.path} is not in the recording ${file}`;
    if (near === undefined) return `${head}: no more requests of that kind are.`;
    return `${head}. The next one there differs:\n${differences(near.body, asked.body).join('\n')}`;
  }

  function assertDone(): void {
    const more = left.map(({ request }) => `${request.method} ${request.path} was recorded and not made`);
    if (faults.length + more.length > 0) throw new Error([...faults, ...more].join('\n'));
  }

  return {
    baseUrl: server.baseUrl,
    assertDone,
    close: server.close,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      assertDone();
    },
  };
}

function isSame(one: Exchange['request'], other: Exchange['request']): boolean {
  return one.method === other.method && one.path === other.path && differences(one.body, other.body).length === 0;
}

function parse(text: string): JsonValue {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    // No JSON: compared as text.
    return text;
  }
}
