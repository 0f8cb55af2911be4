// Owns a terminal that only the test types into: its keyboard, its screen, its signals, a clock and timers that only the test moves.

import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { createInterrupts } from '../../src/cli/interrupts.ts';
import type { After } from '../../src/cli/key-reader.ts';
import { createOutput, Screen } from '../../src/cli/output.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

export interface FakeTimers {
  readonly after: After;
  /** Runs what waits. */
  readonly run: () => void;
}

export function createFakeTimers(): FakeTimers {
  const waiting = new Set<() => void>();
  return {
    after: (_ms, work) => {
      // A function of its own for each, so that one that waits twice is there twice.
      const once = (): void => work();
      waiting.add(once);
      return () => void waiting.delete(once);
    },
    run: () => {
      const works = [...waiting];
      waiting.clear();
      for (const work of works) work();
    },
  };
}

export function createFakeKeyboard() {
  const clock = { now: 0 };
  const timers = createFakeTimers();
  const modes: boolean[] = [];
  const keyboard = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => void modes.push(isRaw) });
  const shown = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const events = new EventEmitter();
  const raised: string[] = [];
  const fallbacks: number[] = [];
  const signals = {
    on: (signal: string, listener: () => void) => events.on(signal, listener),
    off: (signal: string, listener: () => void) => events.off(signal, listener),
    raise: (signal: string) => void raised.push(signal),
  };
  const interrupts = createInterrupts(
    signals,
    () => clock.now,
    () => void fallbacks.push(clock.now),
  );
  const { after } = timers;
  const terminal = createTerminal({
    keyboard,
    screen: new Screen(shown),
    err: createOutput(shown),
    signals,
    interrupts,
    after,
  });
  return {
    terminal,
    interrupts,
    timers,
    clock,
    /** Every call of `setRawMode`. */
    modes,
    /** The signals that the process sent. */
    raised,
    /** When a Ctrl-C had no other use. */
    fallbacks,
    events,
    keyboard,
    /** Arrives when the promises that are settled have run. */
    type: async (text: string | Uint8Array): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      keyboard.emit('data', Buffer.from(text));
      await new Promise((resolve) => setImmediate(resolve));
    },
    /** All that was drawn so far. */
    drawn: (): string => String(shown.read() ?? ''),
    listeners: (): readonly (string | symbol)[] => events.eventNames(),
  };
}
