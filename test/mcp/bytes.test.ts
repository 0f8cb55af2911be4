// Owns claims about what stands between this program and a server: lines of its output, addresses that it may lead to.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardedFetch } from '../../src/mcp/guarded-fetch.ts';
import { createLineReader } from '../../src/mcp/line-reader.ts';
import { MessageText } from '../../src/mcp/message-text.ts';
import type { Lookup } from '../../src/mcp/private-address.ts';
import { isPrivateHost } from '../../src/mcp/private-address.ts';
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

describe('a long message', () => {
  /** JSON with texts of every length, with all kinds of characters and escapes, as text and as some servers escape it. */
  const texts = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '🗼', '\ud800', '/', '{', ':') });
  const long = fc.tuple(texts, fc.nat({ max: 400 })).map(([text, times]) => text.repeat(times));
  const value = fc.dictionary(long, fc.oneof(long, fc.array(long, { maxLength: 3 }), fc.record({ inner: long })), {
    maxKeys: 4,
  });
  const escaped = (text: string): string =>
    text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

  const FILLED = 270_000;

  test('is the same value as if it had been parsed whole, at any split', () => {
    fc.assert(
      fc.property(
        value,
        fc.boolean(),
        fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 9, max: 5000 })),
        (given, isEscaped, size) => {
          // What comes first makes it long, so that the rest is read piece by piece.
          const plain = JSON.stringify({ filler: 'x'.repeat(300_000), ...given });
          const bytes = Buffer.from(isEscaped ? escaped(plain) : plain);
          const message = new MessageText();
          message.add(bytes.subarray(0, FILLED));
          for (let at = FILLED; at < bytes.length; at += size) message.add(bytes.subarray(at, at + size));
          expect(message.excess).toBeUndefined();
          expect(message.isLong).toBe(true);
          expect(message.value()).toEqual(JSON.parse(bytes.toString()));
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    ['a line break in a long text', `{"a":"${'x'.repeat(400_000)}\n"}`],
    ['half an escape', `{"a":"${'x'.repeat(400_000)}\\u12"}`],
    ['no end', `{"a":"${'x'.repeat(400_000)}`],
  ])('with %s is none', (_name, text) => {
    const message = new MessageText();
    message.add(Buffer.from(text));
    expect(message.value()).toBeUndefined();
  });

  test('of very many texts of moderate length is beyond', () => {
    const message = new MessageText();
    const text = JSON.stringify(Array.from({ length: 60_000 }, () => 'x'.repeat(200)));
    for (let at = 0; at < text.length; at += 65_536) message.add(Buffer.from(text.slice(at, at + 65_536)));
    expect(message.excess).toBe('of more than 6291456 characters');
  });

  test('is not parsed at once: what is parsed is short', () => {
    const message = new MessageText();
    message.add(Buffer.from(JSON.stringify({ a: '\n'.repeat(10_000_000), b: ['y'.repeat(5_000_000)] })));
    expect(message.text.length).toBeLessThan(200);
    expect(message.value()).toEqual({ a: '\n'.repeat(10_000_000), b: ['y'.repeat(5_000_000)] });
  });
});

describe('the fetch of a public server', () => {
  const { signal } = new AbortController();
  /** Names lead where the test has them lead; every other one to a public address that nobody has. */
  const names: Readonly<Record<string, readonly string[]>> = {
    'pub.example.com': ['127.0.0.1'],
    'both.example.com': ['203.0.113.1', '127.0.0.1'],
    'mcp.example.com': ['203.0.113.1'],
    'intra.example.com': ['10.0.0.1'],
    'six.example.com': ['::1'],
  };
  const lookup: Lookup = (name, _options, callback) => {
    const found = names[name] ?? [];
    if (found.length === 0) callback(new Error('not found'), []);
    else
      callback(
        null,
        found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  };
  const guarded = (server: string) => guardedFetch(new URL(server), { signal, lookup });

  // No request is made: if the guard were broken, it would go where no test should.
  test.each([
    ...[
      'http://127.0.0.1/',
      'http://10.1.2.3/',
      'http://169.254.169.254/latest',
      'http://[::1]/',
      'http://localhost:1/',
    ],
    ...['http://192.168.0.1/', 'http://100.64.0.1/', 'http://198.19.0.1/', 'http://0.0.0.0/', 'http://240.0.0.1/'],
    ...[
      'http://[64:ff9b::1]/',
      'http://[fe80::1]/',
      'http://[fd00::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[2002:7f00:1::]/',
    ],
    ...['http://2130706433/', 'http://0x7f.1/', 'http://metadata.google.internal/', 'http://a.localhost/'],
  ])('takes %s for private', (url) => {
    expect(isPrivateHost(new URL(url).hostname)).toBe(true);
  });

  test.each([
    'http://203.0.113.1/',
    'http://[2606:4700::1]/',
    'http://example.com/',
    'http://172.32.0.1/',
    'http://100.128.0.1/',
  ])('takes %s for public', (url) => {
    expect(isPrivateHost(new URL(url).hostname)).toBe(false);
  });

  test('does not go to a private address that is written', async () => {
    let reached = 0;
    await using site = await listen((_request, response) => {
      reached++;
      response.end();
    });
    await expect(guarded('https://mcp.example.com')(site.url)).rejects.toThrow(
      'https://mcp.example.com redirected to 127.0.0.1, an address of the private network.',
    );
    expect(reached).toBe(0);
  });

  test.each([
    ['pub.example.com', '127.0.0.1'],
    ['both.example.com', '127.0.0.1'],
    ['six.example.com', '::1'],
  ])('does not go to %s, which leads to %s', async (name, address) => {
    let reached = 0;
    await using site = await listen((_request, response) => {
      reached++;
      response.end();
    });
    const failure = await guarded('https://mcp.example.com')(`http://${name}:${new URL(site.url).port}/`).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      message: 'fetch failed',
      cause: { code: 'ERR_PRIVATE_ADDRESS', message: `${name} leads to ${address}, an address of the private network` },
    });
    expect(reached).toBe(0);
  });

  test.each(['http://127.0.0.1:1', 'http://localhost:1', 'https://intra.example.com'])(
    'may go to private addresses if the server is private itself: %s',
    async (server) => {
      await using site = await listen((_request, response) => response.end('here'));
      expect(await (await guarded(server)(site.url)).text()).toBe('here');
    },
  );

  test('ends with the signal of the connection where a request has none of its own', async () => {
    const controller = new AbortController();
    await using site = await listen(() => controller.abort(new Error('enough')));
    await expect(guardedFetch(new URL(site.url), controller)(site.url)).rejects.toThrow('enough');
  });
});
