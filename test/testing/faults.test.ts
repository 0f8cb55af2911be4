// Owns claims about what each fault does on a real socket, and what the fake reports about a client that disconnects.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { FakeVllm, Step } from '../../src/testing/index.ts';
import { rejection } from '../support/client-helpers.ts';
import { answer, endless, raw, startFakeVllm } from '../support/fake.ts';

const HI = JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], stream: true });
const BYTES = 'data: one\n\ndata: two\n\n';

interface Seen {
  readonly text: string;
  readonly pieces: readonly string[];
  /** The code of the socket's error, or `end` when the server closed it in good order. */
  readonly end: string;
}

/** Asks over a bare socket, so that nothing between hides how the bytes came or how the connection ended. */
async function probe(vllm: FakeVllm): Promise<Seen> {
  const socket = connect(Number(new URL(vllm.origin).port), '127.0.0.1');
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${HI.length}\r\n\r\n`;
  socket.write(head + HI);
  const pieces: string[] = [];
  const end = await new Promise<string>((resolve) => {
    socket.on('data', (piece) => pieces.push(piece.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.on('end', () => resolve('end'));
  });
  socket.destroy();
  return { text: pieces.join(''), pieces, end };
}

async function probeStep(step: Step): Promise<Seen> {
  await using vllm = await startFakeVllm();
  vllm.script(step);
  return await probe(vllm);
}

/** The last chunk of a body that is over; without it the answer was cut. */
const LAST_CHUNK = '0\r\n\r\n';

describe('an answer', () => {
  test('that is ended after some bytes looks complete to HTTP', async () => {
    const { text, end } = await probeStep(raw({ bytes: BYTES, endAfter: 7 }));
    expect([text.endsWith(LAST_CHUNK), text.includes('data: o'), text.includes('data: on'), end]).toEqual([
      true,
      true,
      false,
      'end',
    ]);
  });

  test('that is closed after some bytes is cut, in good order', async () => {
    const { text, end } = await probeStep(raw({ bytes: BYTES, closeAfter: 7 }));
    expect([text.endsWith(LAST_CHUNK), text.includes('data: o'), end]).toEqual([false, true, 'end']);
  });

  test('that is reset after some bytes is cut by a reset', async () => {
    const { text, end } = await probeStep(raw({ bytes: BYTES, resetAfter: 7 }));
    expect([text.endsWith(LAST_CHUNK), end]).toEqual([false, 'ECONNRESET']);
  });

  test('that is reset at once sends nothing', async () => {
    expect(await probeStep(raw({ bytes: BYTES, resetAfter: 0 }))).toEqual({ text: '', pieces: [], end: 'ECONNRESET' });
  });

  test.each<[string, number | number[], string[]]>([
    ['of two bytes', 2, ['ab', 'cd', 'e']],
    ['at offsets', [1, 4], ['a', 'bcd', 'e']],
  ])('is written in pieces %s', async (_name, chunking, expected) => {
    await using vllm = await startFakeVllm();
    vllm.script(raw({ bytes: 'abcde', chunking }));
    const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: HI });
    const pieces: string[] = [];
    // Not by iteration, which joins the pieces that are there.
    response.body.on('data', (piece) => pieces.push(String(piece)));
    await once(response.body, 'end');
    expect(pieces).toEqual(expected);
  });

  test('that stalls goes on when it is released', async () => {
    await using vllm = await startFakeVllm();
    const { promise, resolve } = deferred();
    vllm.script(raw({ bytes: BYTES, stallAfter: 4, release: promise }));
    const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: HI });
    const pieces: string[] = [];
    for await (const piece of response.body) {
      pieces.push(String(piece));
      resolve();
    }
    expect([pieces[0], pieces.join('')]).toEqual(['data', BYTES]);
    expect([await vllm.requests[0]?.ended, vllm.requests[0]?.aborted]).toEqual(['answered', false]);
  });

  test('whose release fails is cut, and the script reports it', async () => {
    const vllm = await startFakeVllm();
    const release = Promise.reject(new Error('gone'));
    // Nobody waits for it until the answer stalls.
    release.catch(() => undefined);
    vllm.script(raw({ bytes: BYTES, stallAfter: 4, release }));
    expect((await probe(vllm)).text.endsWith(LAST_CHUNK)).toBe(false);
    await vllm.close();
    expect(() => vllm.assertDone()).toThrow(
      'The script of the fake vLLM and the requests do not match. 1 failed answer(s): gone.',
    );
  });

  test.each(['a Unix socket', 'TLS'])('that is reset over %s, which has no reset, is closed', async (over) => {
    const socketPath = join(await mkdtemp(join(tmpdir(), 'fake-')), 'v.sock');
    const options = over === 'TLS' ? { tls: { key: pem('key'), cert: pem('cert') } } : { socketPath };
    await using vllm = await startFakeVllm(options);
    const dispatcher = new Agent({ connect: over === 'TLS' ? { rejectUnauthorized: false } : { socketPath } });
    vllm.script(raw({ bytes: BYTES, resetAfter: 0 }), raw({ bytes: BYTES, resetAfter: 7 }));
    const ask = async () => {
      const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: HI, dispatcher });
      return await response.body.text();
    };
    try {
      expect([codeOf(await rejection(ask())), codeOf(await rejection(ask()))]).toEqual([
        'UND_ERR_SOCKET',
        'UND_ERR_SOCKET',
      ]);
    } finally {
      await dispatcher.destroy();
    }
  });

  test('may be anything but a stream', async () => {
    const { text } = await probeStep(raw({ bytes: '<html>', contentType: 'text/html' }));
    expect([text.includes('content-type: text/html\r\n'), text.includes('<html>')]).toEqual([true, true]);
  });

  test('may end without its last event', async () => {
    const isDone = async (hasDone: boolean) =>
      (await probeStep(answer({ content: 'a', hasDone }))).text.includes('[DONE]');
    expect([await isDone(true), await isDone(false)]).toEqual([true, false]);
  });

  test.each(['current', 'old'] as const)(
    'may break off with an error of the %s shape, then its last event',
    async (shape) => {
      const { text } = await probeStep(
        answer({ content: 'a', finishReason: null, errorFrame: { message: 'broke', shape } }),
      );
      const frames = text
        .split('\n')
        .flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []));
      const error = { message: 'broke', type: 'InternalServerError', param: null, code: 500 };
      expect(frames.at(-1)).toBe('[DONE]');
      expect(JSON.parse(frames.at(-2) ?? '')).toEqual(shape === 'current' ? { error } : { object: 'error', ...error });
    },
  );
});

describe('an endless answer', () => {
  test.each(['line', 'events'] as const)('of %s is sent only as it is read, until the client leaves', async (of) => {
    await using vllm = await startFakeVllm();
    vllm.script(endless(of));
    const response = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: HI });
    let bytes = 0;
    let text = '';
    for await (const piece of response.body) {
      bytes += piece.length;
      if (text.length < 1000) text += String(piece);
      if (bytes > 5_000_000) break;
    }
    expect(text.startsWith('data: ')).toBe(true);
    expect(text.includes('\n')).toBe(of === 'events');
    expect([await vllm.requests[0]?.ended, vllm.requests[0]?.aborted]).toEqual(['aborted', true]);
  });
});

describe('a client that disconnects', () => {
  test('is distinguished from one that stays', async () => {
    await using vllm = await startFakeVllm();
    vllm.script(raw({ bytes: BYTES, stallAfter: 0 }), answer({ content: 'a' }));
    const leaving = new AbortController();
    const gone = request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: HI, signal: leaving.signal });
    const response = await gone;
    expect(vllm.requests[0]?.aborted).toBe(false);
    leaving.abort();
    await expect(response.body.text()).rejects.toThrow();
    expect([await vllm.requests[0]?.ended, vllm.requests[0]?.aborted]).toEqual(['aborted', true]);
    const stayed = await request(`${vllm.baseUrl}/chat/completions`, { method: 'POST', body: HI });
    await stayed.body.text();
    expect([await vllm.requests[1]?.ended, vllm.requests[1]?.aborted]).toEqual(['answered', false]);
  });
});

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}

function pem(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
