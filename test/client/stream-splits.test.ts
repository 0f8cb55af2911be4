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

/** A cheap first look: deep equality at each of tens of thousands of positions takes minutes. */
function areAlike(events: readonly StreamEvent[], whole: readonly StreamEvent[]): boolean {
  const alike = (a: StreamEvent, b: StreamEvent | undefined): boolean =>
    b !== undefined &&
    (a.type !== 'tool_call_delta' && 'delta' in a && 'delta' in b
      ? a.type === b.type && a.delta === b.delta && a.index === b.index
      : JSON.stringify(a) === JSON.stringify(b));
  return events.length === whole.length && events.every((event, at) => alike(event, whole[at]));
}

const recorded = streamNames.map((name) => [name, readRecording(name).response.body] as const);
const cases = [...recorded, ...Object.entries(MADE_UP)];

describe.each(cases)('%s', (_name, text) => {
  const bytes = bytesOf(text);
  const options = { parseThinkTags: true };

  test('gives the same events at every split in two', () => {
    const whole = decodeChunks([bytes], options);
    for (let at = 1; at < bytes.length; at++) {
      const events = decodeChunks(cut(bytes, [at]), options);
      if (!areAlike(events, whole)) expect(comparable(events), `split at byte ${at}`).toEqual(comparable(whole));
    }
    expect(whole.length).toBeGreaterThan(0);
  }, 240_000);

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
