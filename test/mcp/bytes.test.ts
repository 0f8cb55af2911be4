// Owns claims about what stands between this program and a server: lines of its output, addresses that it may lead to.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardedFetch } from '../../src/mcp/guarded-fetch.ts';
import { createLineReader } from '../../src/mcp/line-reader.ts';
import { MessageText } from '../../src/mcp/message-text.ts';
import { listen } from './site.ts';

describe('lines', () => {
  test('are the same at any split, and a long one is cut to its ends', () => {
    const bytes = Buffer.from(`short\r\n${'é'.repeat(5000)} end\n\nlast 🗼\n`);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const reader = createLineReader(() => new MessageText({ maxBytes: 6000 }));
        const ends = [...cuts, bytes.length].toSorted((a, b) => a - b);
        const lines = ends.flatMap((end, at) => reader.feed(bytes.subarray(ends[at - 1] ?? 0, end)));
        expect(
          lines.map(({ text, excess, end }) =>
            excess === undefined ? text : `${text.length > 0} ${excess} ${end.slice(-4)}`,
          ),
        ).toEqual(['short\r', 'true longer than 6000 bytes  end', '', 'last 🗼']);
      }),
    );
  });
});

describe('a message', () => {
  const read = (text: string, size: number, maxParts = 250_000) => {
    const message = new MessageText({ maxParts });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) message.add(bytes.subarray(at, at + size));
    return message.excess;
  };
  const long = 'x,:{[\\"'.repeat(200_000);

  test.each([7, 65_536, 100_000_000])(
    'of few parts may be long, whatever its texts hold (pieces of %i bytes)',
    (size) => {
      expect(read(JSON.stringify({ a: long, b: [long] }), size)).toBeUndefined();
    },
  );

  test.each<[string, string]>([
    ['arrays', `[${'[],'.repeat(600_000)}[]]`],
    ['keys', `{${Array.from({ length: 200_000 }, (_, at) => `"key${at}":1`).join(',')}}`],
    ['objects after a long text', `["${'x'.repeat(2_000_000)}"${',{}'.repeat(200_000)}]`],
  ])('of more parts than can be parsed in a moment is beyond (%s)', (_name, text) => {
    expect(read(text, 65_536)).toBe('of more than 250000 parts');
  });

  test('that is short may have any number of parts', () => {
    expect(read(`[${'1,'.repeat(1000)}1]`, 64, 10)).toBeUndefined();
  });
});

describe('the fetch of a public server', () => {
  test.each([
    'http://127.0.0.1/',
    'http://10.1.2.3/',
    'http://169.254.169.254/latest',
    'http://[::1]/',
    'http://localhost:1/',
    'http://192.168.0.1/',
  ])('does not go to %s', async (url) => {
    await expect(guardedFetch(new URL('https://mcp.example.com'), new AbortController().signal)(url)).rejects.toThrow(
      /private network/,
    );
  });

  test('of this machine may', async () => {
    await using site = await listen((_request, response) => response.end('here'));
    const response = await guardedFetch(new URL(site.url), new AbortController().signal)(site.url);
    expect(await response.text()).toBe('here');
  });

  test('ends with the signal of the connection where a request has none of its own', async () => {
    const controller = new AbortController();
    await using site = await listen(() => controller.abort(new Error('enough')));
    await expect(guardedFetch(new URL(site.url), controller.signal)(site.url)).rejects.toThrow('enough');
  });
});
