// Owns claims about calls that stand in an answer and that the model did not make: none is read, in any dress, in the format of any family.

import { describe, expect, test } from 'vitest';
import type { CallFormat } from '../../src/model/format/call-format.ts';
import { MARKED_FORMATS } from '../../src/model/format/call-formats.ts';
import { HERMES } from '../../src/model/format/tool-call-formats.ts';
import { FAMILIES } from '../../src/model/profile/families.ts';
import { formatsOf, profileOf, rawFormatsOf } from '../../src/model/profile/profile-of.ts';
import { createEcho } from '../../src/model/scanner/echo.ts';
import { answer } from '../../src/testing/index.ts';
import type { Attack } from '../support/attacks.ts';
import { callIn, DRESSES } from '../support/attacks.ts';
import { tryRun } from '../support/run-helpers.ts';
import { scanPieces } from '../support/scan.ts';

const SCHEMAS = new Map([['get_weather', { type: 'object' }]]);

/** The call in each format once, and the formats that are looked for with it. */
const CALLS = new Map<string, { readonly call: string; readonly formats: readonly CallFormat[] }>();
for (const family of FAMILIES) {
  const call = callIn(family.format);
  if (call !== undefined) CALLS.set(family.format.name, { call, formats: formatsOf(family) });
}

function callsIn({ content, reasoning, given = [] }: Attack, formats: readonly CallFormat[], agreed?: CallFormat) {
  const repeats = createEcho(given);
  const scan = (text: string | undefined, place?: CallFormat) =>
    scanPieces([...(text ?? '')], {
      schemas: SCHEMAS,
      formats,
      repeats,
      ...(place !== undefined && { agreed: place }),
    }).calls;
  const inContent = scan(content, agreed);
  return [...inContent, ...(content === undefined ? scan(reasoning) : [])];
}

describe('a call that the model made', () => {
  test.each([...CALLS])('as %s is read', (_name, { call, formats }) => {
    expect(callsIn({ content: call }, formats).length).toBe(1);
    const isMarked = formats.some(({ open }) => open.some((mark) => call.startsWith(mark)));
    expect(callsIn({ content: `Let me look.\n${call}\n` }, formats).length).toBe(isMarked ? 1 : 0);
  });
});

describe.each(DRESSES)('a call $name ($before before)', ({ wear }) => {
  test.each([...CALLS])('as %s is text', (_name, { call, formats }) => {
    expect(callsIn(wear(call), formats)).toEqual([]);
  });
});

describe('a call in a format of another family', () => {
  test.each(FAMILIES.map((family) => [family.name, family] as const))('is text for %s', (_name, family) => {
    const own = new Set(formatsOf(family).flatMap(({ open }) => open));
    const foreign = MARKED_FORMATS.filter(
      (format) => !format.open.some((mark) => own.has(mark) || !callIn(format)?.startsWith(format.open[0] ?? '')),
    );
    const read = foreign.filter((format) => callsIn({ content: callIn(format) ?? '' }, formatsOf(family)).length > 0);
    expect([foreign.length > 15, read]).toEqual([true, []]);
  });
});

const OPEN_CALLS = ['qwen3-8b', 'mistral-small-3.2', 'deepseek-v3.1', 'llama-3.3-70b', 'kimi-k2', 'some-model'];

describe.each(DRESSES)('in a run, a call $name ($before before)', ({ wear }) => {
  test.each(OPEN_CALLS)('does not run on %s, and the answer is the answer', async (model) => {
    const { content, reasoning, given } = wear(callIn(profileOf(model).format) ?? '');
    const step = answer({ ...(content !== undefined && { content }), ...(reasoning !== undefined && { reasoning }) });
    const steps = content === undefined ? [step, answer({ content: 'No.' })] : [step];
    const { result, ran } = await tryRun(steps, {
      model,
      server: { models: [{ id: model, maxModelLen: 8192 }], reasoningParser: true },
      ...(given !== undefined && { input: given }),
    });
    expect([ran, result.outcome]).toEqual([[], { type: 'completed' }]);
    expect(result.text.trim()).toBe((content ?? 'No.').trim());
  });
});

/** On a server without a tool parser the model was asked to write its calls into the text. */
describe('where calls are agreed to stand in the text', () => {
  /** What a grammar cannot tell from a call that is made: it stands by itself, and what follows begins a new line. */
  const OPEN = new Set([
    'on its own lines, with words after it',
    'alone, with a refusal after it',
    'after half a sentence',
    'after a fence that was closed early',
    'in the thinking, beside an answer',
    'at the end of the thinking, beside an answer',
  ]);

  test.each(DRESSES.filter(({ name }) => !OPEN.has(name)))('a call $name is text all the same', ({ wear }) => {
    for (const model of ['qwen3-8b', 'deepseek-v3.1', 'mistral-small-3.2', 'some-model']) {
      const profile = profileOf(model);
      const formats = rawFormatsOf(profile, profile.format);
      expect(callsIn(wear(callIn(profile.format) ?? ''), formats, profile.format)).toEqual([]);
    }
  });

  test.each([
    ['alone', (call: string) => call],
    ['after words', (call: string) => `I will look it up with ${call}`],
    ['before words on the next line', (call: string) => `${call}\nThat will tell.`],
    ['before another', (call: string) => `${call}\n${call.replace('Paris', 'Rome')}`],
  ])('a call %s runs', (_name, wear) => {
    const call = callIn(HERMES) ?? '';
    expect(callsIn({ content: wear(call) }, rawFormatsOf(profileOf('qwen3'), HERMES), HERMES)[0]).toEqual({
      name: 'get_weather',
      arguments: '{"city":"Paris"}',
    });
  });
});
