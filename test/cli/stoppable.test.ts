// Owns claims about work that Ctrl-C stops: what it gives, prints and throws, before and after.

import { describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { untilStopped } from '../../src/cli/stoppable.ts';
import { createFakeIo, createFakeTerminal } from './fake-io.ts';

function setting(signal = new AbortController().signal) {
  const listeners: (() => void)[] = [];
  const terminal = createFakeTerminal(
    async () => ({ type: 'end' }),
    (listener) => {
      listeners.push(listener);
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    },
  );
  const { io, text } = createFakeIo({ signal });
  return { terminal, io, text, listeners };
}

describe('work', () => {
  test('that ends gives its value, and nothing listens any more', async () => {
    const { terminal, io, text, listeners } = setting();
    const done = await untilStopped(terminal, io, async ({ err }) => {
      err.write('listed\n');
      return undefined;
    });
    expect([done, text.err, listeners]).toEqual([{ value: undefined }, 'listed\n', []]);
  });

  test('that fails throws', async () => {
    const { terminal, io, listeners } = setting();
    const failing = untilStopped(terminal, io, () => Promise.reject(new Error('a bug')));
    await expect(failing).rejects.toThrow('a bug');
    expect(listeners).toEqual([]);
  });

  test.each<[string, (io: Io) => Promise<string>]>([
    ['ignores it', () => new Promise(() => undefined)],
    ['throws then', ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject))],
    [
      'prints and ends later',
      async ({ signal, err }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await Promise.resolve();
        err.write('too late\n');
        return 'late';
      },
    ],
  ])('is stopped by Ctrl-C, also when it %s', async (_name, work) => {
    const { terminal, io, text, listeners } = setting();
    const stopped = untilStopped(terminal, io, work);
    listeners[0]?.();
    expect(await stopped).toBe(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect([text.err, listeners]).toEqual(['Interrupted.\n', []]);
  });

  test('is stopped by the end of the program', async () => {
    const { terminal, io, text } = setting(AbortSignal.abort());
    expect(await untilStopped(terminal, io, () => new Promise(() => undefined))).toBe(undefined);
    expect(text.err).toBe('Interrupted.\n');
  });
});
