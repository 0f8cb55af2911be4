// Owns replaying a recording: a server that gives each recorded request its recorded answer, and fails all others.

import type { JsonValue } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import { differences } from './difference.ts';
import type { Exchange } from './exchange-file.ts';
import { readExchanges, sentBody } from './exchange-file.ts';
import { listen } from './listen.ts';

export interface Replay extends AsyncDisposable {
  /** The address for a client, ending in `/v1`. */
  readonly baseUrl: string;
  /**
   * Throws when a request is not in the recording, with the differences from the next recorded one, or when a recorded
   * request was not made.
   */
  readonly assertDone: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Starts a server that replays a file of `recordVllm`. Requests must have the same method, path and body; their order may
 * differ. The caller closes it.
 */
export async function replayVllm(file: string): Promise<Replay> {
  const left = [...(await readExchanges(file))];
  const failures: string[] = [];

  const server = await listen(async (incoming, response) => {
    const parts: Uint8Array[] = [];
    for await (const part of incoming) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    const request = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body: parse(text) };
    const found = take(request);
    if (found === undefined) {
      const failure = describe(request);
      failures.push(failure);
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: failure, type: 'replay', param: null, code: 500 } }));
      return;
    }
    response.writeHead(found.status, { 'content-type': found.contentType });
    for (const part of sentBody(found)) response.write(part);
    response.end();
  });

  function take(made: Exchange['request']): Exchange['answer'] | undefined {
    const at = left.findIndex(({ request }) => isSame(request, made));
    return at < 0 ? undefined : left.splice(at, 1)[0]?.answer;
  }

  function describe({ method, path, body }: Exchange['request']): string {
    const near = left.find(({ request }) => request.path === path && request.method === method)?.request;
    const head = `${method} ${path} is not in the recording ${file}`;
    if (near === undefined) return `${head}: no request to this path is left.`;
    return `${head}. The next recorded request to this path differs:\n${differences(asked(near.body), asked(body)).join('\n')}`;
  }

  function assertDone(): void {
    const more = left.map(({ request }) => `${request.method} ${request.path} was recorded but not made`);
    if (failures.length + more.length > 0) throw new Error([...failures, ...more].join('\n'));
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
  const isSameRoute = one.method === other.method && one.path === other.path;
  return isSameRoute && differences(asked(one.body), asked(other.body)).length === 0;
}

/** Without the id of the conversation, which is new in each run and changes nothing in the answer. */
function asked(body: JsonValue): JsonValue {
  return isObject(body) ? { ...body, session_id: null } : body;
}

function parse(text: string): JsonValue {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    // Not JSON: compared as text.
    return text;
  }
}
