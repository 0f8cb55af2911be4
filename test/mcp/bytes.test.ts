// Owns claims about what stands between this program and a server: lines of its output, addresses that it may lead to.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardedFetch } from '../../src/mcp/guarded-fetch.ts';
import { createLineReader } from '../../src/mcp/line-reader.ts';

describe('lines', () => {
  test('are the same at any split, and a long one is cut to its ends', () => {
    const bytes = Buffer.from(`short\r\n${'é'.repeat(5000)} end\n\nlast 🗼\n`);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const reader = createLineReader(6000);
        const ends = [...cuts, bytes.length].toSorted((a, b) => a - b);
        const lines = ends.flatMap((end, at) => reader.feed(bytes.subarray(ends[at - 1] ?? 0, end)));
        expect(
          lines.map(({ text, end }) => (end === undefined ? text : `${text.length > 0} ${end.slice(-4)}`)),
        ).toEqual(['short', 'true  end', '', 'last 🗼']);
      }),
    );
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
    await expect(guardedFetch(new URL('https://mcp.example.com'))(url)).rejects.toThrow(/private network/);
  });

  test('of this machine may', () => {
    expect(guardedFetch(new URL('http://127.0.0.1:1'))).toBe(fetch);
  });
});
