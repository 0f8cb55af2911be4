// Owns the terminal and the signals of this process. What they do is left to `terminal.ts` and `interrupts.ts`.

import type { Signals } from './interrupts.ts';
import { createInterrupts } from './interrupts.ts';
import type { Terminal } from './io.ts';
import type { ProcessOutputs } from './output.ts';
import { createTerminal } from './terminal.ts';

export interface ProcessTerminal {
  /** Undefined when input or output is not a terminal. */
  readonly ofUser: Terminal | undefined;
  /** The caller closes it: the terminal is then as it was found. */
  readonly close: () => void;
}

/** `stop` is called on a Ctrl-C that nothing else handles. */
export function createProcessTerminal({ err, screen }: ProcessOutputs, stop: () => void): ProcessTerminal {
  let restore = (): void => undefined;
  const interrupts = createInterrupts(SIGNALS, () => performance.now(), { stop, beforeKill: () => restore() });
  if (screen === undefined || process.stdin.isTTY !== true) return { ofUser: undefined, close: interrupts.close };
  const { ofUser, close } = createTerminal({
    keyboard: process.stdin,
    screen,
    err,
    signals: SIGNALS,
    interrupts,
    after,
  });
  restore = close;
  return {
    ofUser,
    close: () => {
      close();
      interrupts.close();
    },
  };
}

const SIGNALS: Signals = {
  on: (signal, listener) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  raise: (signal) => {
    if (signal !== 'SIGTSTP') process.kill(process.pid, signal);
    // All of the terminal's current processes, `npx` and `tsx` among them. Windows has no such signal.
    else if (process.platform !== 'win32') process.kill(0, signal);
  },
};

function after(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
