// Owns the claim that where the network cuts a stream does not matter.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../src/index.ts';
import { bytesOf, comparable, cut, decodeChunks } from '../support/decode.ts';
import { readRecording, streamNames } from '../support/recording.ts';

const MADE_UP = {
  'characters of several bytes': frames([{ content: '你好🌍 é' }, { content: '👩‍👩‍👧' }]),
  'carriage returns with line feeds': frames([{ content: 'a' }, { content: 'b' }]).replaceAll('\n', '\r\n'),
  'carriage returns alone': frames([{ content: 'a' }, { content: 'b' }]).replaceAll('\n', '\r'),
  'a byte order mark': `\uFEFF${frames([{ content: 'a' }])}`,
  'comments, ids, event names and blank lines': `: hi\n\n\n: keepalive\nid: 1\nevent: message\n${frames([{ content: 'a' }])}`,
  'data over several lines': `data: {"choices":[{"index":0,\ndata: "delta":{"content":"a"}}]}\n\n${frames([])}`,
  'an error frame': `${frames([{ content: 'a' }], '')}data: {"error":{"message":"engine died","code":500}}\n\n`,
  'a frame that is no JSON': `${frames([{ content: 'a' }], '')}data: {oops\n\n${frames([{ content: 'b' }])}`,
  'no end': frames([{ content: 'a' }], ''),
  'a last event without blank line': frames([{ content: 'a' }]).trimEnd(),
  'thinking in tags': frames([
    { content: '<thi' },
    { content: 'nk>\nhm' },
    { content: '\n</thi' },
    { content: 'nk>\n\nyes' },
  ]),
};

function frames(deltas: readonly object[], end = 'data: [DONE]\n\n'): string {
  const chunks = deltas.map((delta) => ({ choices: [{ index: 0, delta }] }));
  const finish = end === '' ? [] : [{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }];
  return [...chunks, ...finish].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('') + end;
}

/** Long streams in windows of so many events: with all at each of its bytes the work would grow with the square of the length. */
const WINDOW_EVENTS = 12;

function windowsOf(text: string): readonly string[] {
  const events = text.split(/(?<=\n\n)/);
  const count = Math.ceil(events.length / WINDOW_EVENTS);
  return Array.from({ length: count }, (_, at) => events.slice(at * WINDOW_EVENTS, (at + 1) * WINDOW_EVENTS).join(''));
}

/** A window may begin within a call: its id is minted then, another one each time. */
function textOf(events: readonly StreamEvent[]): string {
  return JSON.stringify(comparable(events)).replaceAll(/chatcmpl-tool-[0-9a-f]{16}/g, 'chatcmpl-tool-…');
}

const recorded = streamNames.map((name) => [name, readRecording(name).response.body] as const);
const cases = [...recorded, ...Object.entries(MADE_UP)];

describe.each(cases)('%s', (_name, text) => {
  const bytes = bytesOf(text);
  const options = { parseThinkTags: true };

  test('gives the same events at every split in two', () => {
    for (const window of windowsOf(text).map(bytesOf)) {
      const whole = textOf(decodeChunks([window], options));
      for (let at = 1; at < window.length; at++) {
        const events = textOf(decodeChunks(cut(window, [at]), options));
        if (events !== whole) expect(events, `split at byte ${at} of ${new TextDecoder().decode(window)}`).toBe(whole);
      }
    }
  });

  test('gives the same events byte by byte', () => {
    const single = cut(bytes, [...bytes.keys()].slice(1));
    expect(comparable(decodeChunks(single, options))).toEqual(comparable(decodeChunks([bytes], options)));
  });

  test('gives the same events at random splits', () => {
    const whole = comparable(decodeChunks([bytes], options));
    const positions = fc.array(fc.nat({ max: bytes.length }), { maxLength: 40 });
    fc.assert(
      fc.property(positions, (at) => {
        expect(comparable(decodeChunks(cut(bytes, at), options))).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  test('ends with exactly one terminal event', () => {
    const types = decodeChunks([bytes], options).map((event) => event.type);
    expect(types.filter((type) => type === 'done' || type === 'error')).toEqual([types.at(-1)]);
  });
});
