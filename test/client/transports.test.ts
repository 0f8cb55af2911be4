// Owns claims about the ways to a server, and about connections.

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { VllmClient } from '../../src/index.ts';
import { answer, endless, startFakeVllm } from '../../src/testing/index.ts';
import { collect, essence, HI, pair, rejection } from '../support/client-helpers.ts';

afterEach(() => vi.unstubAllEnvs());

const OK = answer({ content: 'ok' });

async function contentFrom(client: VllmClient): Promise<string | null> {
  return (await client.chat.completions.create(HI)).choices[0].message.content;
}

const tls = {
  key: readFileSync(new URL('../fixtures/tls/key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(new URL('../fixtures/tls/cert.pem', import.meta.url), 'utf8'),
};

describe('a server', () => {
  test('over HTTPS, with a dispatcher that knows its certificate', async () => {
    await using vllm = await startFakeVllm({ tls });
    vllm.script(OK, OK);
    const dispatcher = new Agent({ connect: { ca: tls.cert } });
    const client = new VllmClient(vllm.baseUrl, { dispatcher });
    expect(await contentFrom(client)).toBe('ok');
    expect(await client.chat.completions.stream(HI).collectContent()).toBe('ok');
    await client.close();
    await dispatcher.close();
  });

  test('over HTTPS whose certificate nobody vouches for is refused with the remedy', async () => {
    await using vllm = await startFakeVllm({ tls });
    const client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
    expect(await rejection(contentFrom(client))).toMatchObject({
      kind: 'HttpError',
      code: 'tls_failed',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  test('over a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vllm-'));
    const socketPath = join(folder, 'vllm.sock');
    {
      await using vllm = await startFakeVllm({ socketPath });
      vllm.script(OK);
      await using client = new VllmClient('http://localhost/v1', { socketPath, maxRetries: 0 });
      expect(await contentFrom(client)).toBe('ok');
    }
    const gone = new VllmClient('http://localhost/v1', { socketPath, maxRetries: 0 });
    expect(await rejection(contentFrom(gone))).toMatchObject({
      code: 'connection_failed',
      message: expect.stringContaining('socketPath'),
    });
    await rm(folder, { recursive: true });
  });
});

describe('a proxy from the environment', () => {
  async function startProxy(target: string) {
    const seen: string[] = [];
    const server = createServer((incoming, outgoing) => {
      seen.push(incoming.url ?? '');
      const { pathname } = new URL(incoming.url ?? '', 'http://x');
      const onward = forward(
        new URL(pathname, target),
        { method: incoming.method, headers: incoming.headers },
        (back) => {
          outgoing.writeHead(back.statusCode ?? 500, back.headers);
          back.pipe(outgoing);
        },
      );
      incoming.pipe(onward);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const stop = async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
    };
    return { url, seen, [Symbol.asyncDispose]: stop };
  }

  test('is used for other hosts', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(OK);
    await using proxy = await startProxy(vllm.baseUrl);
    vi.stubEnv('http_proxy', proxy.url);
    vi.stubEnv('no_proxy', '');
    await using client = new VllmClient('http://gpu.example/v1', { maxRetries: 0 });
    expect(await contentFrom(client)).toBe('ok');
    expect(proxy.seen).toEqual(['http://gpu.example/v1/chat/completions']);
  });

  test('is not used for this machine', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(OK);
    await using proxy = await startProxy(vllm.baseUrl);
    vi.stubEnv('http_proxy', proxy.url);
    await using client = new VllmClient(vllm.baseUrl);
    expect(await contentFrom(client)).toBe('ok');
    expect(proxy.seen).toEqual([]);
  });
});

describe('a connection', () => {
  test('is kept after an answer, a stream, a stream left at its end, and a refusal', async () => {
    await using both = await pair([], {}, { respond: () => OK });
    const { completions } = both.client.chat;
    await completions.create(HI);
    await completions.create(HI);
    const before = both.vllm.connections();
    await collect(completions.stream(HI));
    for await (const event of completions.stream(HI)) if (event.type === 'done') break;
    await rejection(completions.create({ ...HI, model: 'nope' }));
    await completions.create(HI);
    expect(both.vllm.requests).toHaveLength(6);
    expect(both.vllm.connections()).toBe(before);
  });

  test('stands for each of a thousand requests at once, and all are answered', async () => {
    await using both = await pair([], {}, { respond: () => OK });
    const all = await Promise.all(
      Array.from({ length: 1000 }, () => both.client.chat.completions.stream(HI).collectContent()),
    );
    expect(all.filter((text) => text === 'ok')).toHaveLength(1000);
  });
});

describe('memory', () => {
  test.each([
    ['a line without end', 'line', 'event_too_large'],
    ['arguments without end in a whole body', 'events', 'body_too_large'],
  ] as const)('%s is stopped at the limit', async (_name, of, code) => {
    await using both = await pair([endless(of)], { maxEventChars: 1024 * 1024, maxBodyBytes: 1024 * 1024 });
    const before = process.memoryUsage().rss;
    if (of === 'line') {
      const events = essence(await collect(both.client.chat.completions.stream(HI)));
      expect(events).toEqual([{ type: 'error', kind: 'StreamError', code }]);
    } else expect(await rejection(both.client.chat.completions.create(HI))).toMatchObject({ kind: 'ParseError', code });
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
    expect(await both.vllm.requests[0]?.ended).toBe('aborted');
  });

  test('of a hundred megabytes in one event is not taken with the limits as they are', async () => {
    await using both = await pair([endless('line')]);
    const before = process.memoryUsage().rss;
    const events = essence(await collect(both.client.chat.completions.stream(HI)));
    expect(events).toEqual([{ type: 'error', kind: 'StreamError', code: 'event_too_large' }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });
});

describe('a client that is closed', () => {
  test('while its first request begins gives the answer first, and can be closed again', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(OK);
    const client = new VllmClient(vllm.baseUrl);
    const asked = contentFrom(client);
    const closed = client.close();
    expect(await asked).toBe('ok');
    await closed;
    await client.close();
  });

  test.each([
    ['before its first request', false],
    ['after a request', true],
  ])('%s refuses the next one in so many words', async (_, isUsed) => {
    await using vllm = await startFakeVllm();
    const client = new VllmClient(vllm.baseUrl, { maxRetries: 0 });
    if (isUsed) {
      vllm.script(OK);
      await contentFrom(client);
    }
    await client.close();
    expect(await rejection(contentFrom(client))).toMatchObject({
      code: 'connection_failed',
      message: expect.stringContaining('This client was closed.'),
    });
  });
});
