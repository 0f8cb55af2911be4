// Owns claims about the lines of a run: their width in cells, which follows the window, and foreign text in every one of them.

import { describe, expect, test } from 'vitest';
import type { Io, Output } from '../../src/cli/io.ts';
import { createRenderer } from '../../src/cli/render.ts';
import type { Showable } from '../../src/cli/styled.ts';
import { render } from '../../src/cli/styled.ts';
import type { RunEvent } from '../../src/index.ts';
import { createFakeIo } from './fake-io.ts';

/** What a run shows in windows of these widths: one for each call. */
function shown(events: readonly RunEvent[], columns = 80, env: Io['env'] = { NO_COLOR: '1' }) {
  const { io, text } = createFakeIo({ isTty: true, columns, env });
  const renderer = createRenderer(io, { isVerbose: true, hasOutput: false });
  for (const event of events) renderer.event(event);
  renderer.end();
  return text;
}

let sequence = 0;
function event(fields: object): RunEvent {
  // The renderer reads no other fields of these events.
  return { runId: 'r', sequence: sequence++, ...fields } as unknown as RunEvent;
}

function call(toolName: string, args: object, result: string): RunEvent[] {
  return [
    event({ type: 'tool_start', callId: 'c', toolName, arguments: args }),
    event({ type: 'tool_end', callId: 'c', toolName, result, isError: false, durationMs: 1200 }),
  ];
}

const FAMILY = '👨‍👩‍👧';

describe('the line of a call', () => {
  test.each<[string, number, RunEvent[], string]>([
    ['in ASCII', 40, call('f', { a: 1 }, 'x'.repeat(99)), `✓ f({"a":1}) 1.2 s  ${'x'.repeat(19)}…`],
    ['in Japanese', 40, call('f', { 市: '東京' }, '晴れ'.repeat(20)), '✓ f({"市":"東京"}) 1.2 s  晴れ晴れ晴れ…'],
    ['with emoji', 32, call('f', {}, FAMILY.repeat(20)), `✓ f({}) 1.2 s  ${FAMILY.repeat(8)}…`],
    ['with combining marks', 20, call('f', {}, 'e\u0301'.repeat(20)), `✓ f({}) 1.2 s  ${'e\u0301'.repeat(4)}…`],
    ['that fits', 20, call('f', {}, '日本x'), '✓ f({}) 1.2 s  日本x'],
    ['of several lines', 40, call('f', {}, 'a\n✓ delete()\r\n\tb'), '✓ f({}) 1.2 s  a ✓ delete() b'],
    [
      'with a title',
      60,
      call('f\x1b]0;t\x07', { a: '\u202e' }, 'x\x1b[2Jy'),
      '✓ f␛]0;t␇({"a":"\\u202e"}) 1.2 s  x␛[2Jy',
    ],
  ])('%s fits in the window', (_name, columns, events, line) => {
    expect(shown(events, columns).err).toBe(`${line}\n`);
  });

  test('is never cut inside a style', () => {
    const { err } = shown(call('f', {}, 'x'), 3, { TERM: 'xterm' });
    expect(err).toBe('\x1b[32m✓\x1b[39m …\n');
  });

  test('fits in a window that was made smaller during the run', () => {
    const { io } = createFakeIo({ isTty: true, env: { NO_COLOR: '1' } });
    const window = { columns: 40, text: '' };
    const err: Output = {
      isTty: true,
      get columns() {
        return window.columns;
      },
      write: (text: Showable) => {
        window.text += render(text);
      },
    };
    const renderer = createRenderer({ ...io, err }, { isVerbose: false, hasOutput: false });
    for (const each of call('f', {}, 'x'.repeat(99))) renderer.event(each);
    window.columns = 20;
    for (const each of call('f', {}, 'x'.repeat(99))) renderer.event(each);
    renderer.end();
    expect(window.text).toBe(`✓ f({}) 1.2 s  ${'x'.repeat(24)}…\n✓ f({}) 1.2 s  xxxx…\n`);
  });
});

describe('an answer', () => {
  const answer = (...deltas: string[]): RunEvent[] => deltas.map((delta) => event({ type: 'content', delta }));

  test.each<[string, string[], string]>([
    ['a sequence that is split', ['a\x1b', ']0;t', '\x07b'], 'a␛]0;t␇b\n'],
    ['an emoji that is split', ['👨', '\u200d', '👩', '\u200d👧 \ud83d', '\ude00'], `${FAMILY} 😀\n`],
    ['a line end that is split', ['a\r', '\nb', '\r', 'c\r'], 'a\nb␍c␍\n'],
    ['a joiner at its end', ['👨', '\u200d'], '👨\\u200d\n'],
  ])('with %s is shown as the whole is', (_name, deltas, out) => {
    expect(shown(answer(...deltas)).out).toBe(out);
  });
});

describe('foreign text', () => {
  const BAD = 'x\x1b]0;t\x07\u202e\n✓ all()';

  test('in a warning and in the reason of an end is visible, and no line of the program', () => {
    const failed = { type: 'failed', error: { code: 'c', message: BAD } };
    const text = shown([
      event({ type: 'warning', warning: { code: 'w', message: BAD } }),
      event({ type: 'run_end', outcome: failed }),
    ]);
    const visible = 'x␛]0;t␇\\u202e\n  ✓ all()';
    expect(text.err).toBe(`! w: ${visible}\n${visible}\ntokens unknown, 0.0 s\n`);
  });

  test('in thinking is visible', () => {
    expect(shown([event({ type: 'reasoning', delta: 'a\x9b2J' })]).err).toBe('a\\u009b2J\n');
  });
});
