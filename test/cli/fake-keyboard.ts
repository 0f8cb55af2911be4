// Owns a terminal that only the test types into: its keyboard, its screen, its signals, a clock and timers that only the test moves.

import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { createInterrupts } from '../../src/cli/interrupts.ts';
import type { After } from '../../src/cli/key-reader.ts';
import { createOutput, Screen } from '../../src/cli/output.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

export interface FakeTimers {
  readonly after: After;
  /** Runs what waits for at most so long; default: all. */
  readonly run: (maxMs?: number) => void;
}

export function createFakeTimers(): FakeTimers {
  const waiting = new Set<{ readonly ms: number; readonly work: () => void }>();
  return {
    after: (ms, work) => {
      const timer = { ms, work };
      waiting.add(timer);
      return () => void waiting.delete(timer);
    },
    run: (maxMs = Number.POSITIVE_INFINITY) => {
      for (const timer of [...waiting]) {
        if (timer.ms > maxMs || !waiting.delete(timer)) continue;
        timer.work();
      }
    },
  };
}

/** What comes later is not of the same burst. */
const BURST_MS = 50;

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
  let close = (): void => undefined;
  const interrupts = createInterrupts(signals, () => clock.now, {
    stop: () => void fallbacks.push(clock.now),
    beforeKill: () => close(),
  });
  const { after } = timers;
  const terminal = createTerminal({
    keyboard,
    screen: new Screen(shown),
    err: createOutput(shown),
    signals,
    interrupts,
    after,
  });
  close = terminal.close;
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const send = async (text: string | Uint8Array): Promise<void> => {
    await settle();
    keyboard.emit('data', Buffer.from(text));
    await settle();
  };
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
    /** Arrives when the promises that are settled have run. Nothing follows at once. */
    type: async (text: string | Uint8Array): Promise<void> => {
      await send(text);
      timers.run(BURST_MS);
      await settle();
    },
    /** As the start of a burst. */
    send,
    /** All that was drawn so far. */
    drawn: (): string => String(shown.read() ?? ''),
    listeners: (): readonly (string | symbol)[] => events.eventNames(),
  };
}
