// Owns work between two messages that Ctrl-C stops, and the chat goes on: a command, reading what a message mentions. Stopping an answer is
// left to `chat.ts`.

import type { Io, Output, Terminal } from './io.ts';

/** Undefined when the user stopped it, or the program ends. The work is told by its signal, is not waited for, and prints nothing any more. */
export async function untilStopped<T>(
  terminal: Terminal,
  io: Io,
  work: (io: Io) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const controller = new AbortController();
  const signal = AbortSignal.any([io.signal, controller.signal]);
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined));
    if (signal.aborted) resolve(undefined);
  });
  const release = terminal.onInterrupt(() => controller.abort());
  const working = work({ ...io, signal, err: untilAborted(signal, io.err) });
  // What it rejects with is thrown below, unless nobody waits for it any more.
  working.catch(() => undefined);
  try {
    const done = await Promise.race([working.then((value) => ({ value })), stopped]);
    if (!signal.aborted) return done;
  } catch (error) {
    // To reject is how it stops.
    if (!signal.aborted) throw error;
  } finally {
    release();
  }
  io.err.write('Interrupted.\n');
  return undefined;
}

function untilAborted(signal: AbortSignal, output: Output): Output {
  return {
    isTty: output.isTty,
    get columns() {
      return output.columns;
    },
    write: (text) => {
      if (!signal.aborted) output.write(text);
    },
  };
}
