// Owns Ctrl-C, which arrives as a key or as a signal: who handles it, and what counts as pressing it again. Reading keys is left to
// `terminal.ts`.

type Signal = 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGCONT';

/** What is needed of the process. */
export interface Signals {
  readonly on: (signal: Signal | 'exit', listener: () => void) => unknown;
  readonly off: (signal: Signal | 'exit', listener: () => void) => unknown;
  /** Sends a signal to this process; SIGTSTP to its whole group, as a terminal does. */
  readonly raise: (signal: Signal | 'SIGTSTP') => void;
}

export interface Interrupts {
  /** Ctrl-C was pressed. */
  readonly press: () => void;
  /** The newest listener gets the next Ctrl-C; returns the function that removes it. */
  readonly listen: (listener: () => void) => () => void;
  readonly close: () => void;
}

/**
 * A second Ctrl-C that comes sooner was not pressed by a person: the key repeats when it is held, and `tsx` passes on, some 30 ms later, a
 * signal that the terminal has sent to this process as well.
 */
const REPEAT_MS = 300;

export interface Endings {
  /** Nobody listens: the program is asked to end. */
  readonly stop: () => void;
  /** It was asked and has not ended. Called before the signal ends the process. */
  readonly beforeKill: () => void;
}

export function createInterrupts(signals: Signals, now: () => number, { stop, beforeKill }: Endings): Interrupts {
  const listeners: (() => void)[] = [];
  let lastPress = Number.NEGATIVE_INFINITY;
  let isEnding = false;

  function press(): void {
    const isRepeated = now() - lastPress < REPEAT_MS;
    lastPress = now();
    if (isRepeated) return;
    const listener = listeners.at(-1);
    if (listener !== undefined) listener();
    else if (isEnding) {
      beforeKill();
      signals.off('SIGINT', press);
      signals.raise('SIGINT');
    } else {
      isEnding = true;
      stop();
    }
  }

  signals.on('SIGINT', press);
  return {
    press,
    listen: (listener) => {
      listeners.push(listener);
      return () => {
        const at = listeners.indexOf(listener);
        if (at >= 0) listeners.splice(at, 1);
      };
    },
    close: () => void signals.off('SIGINT', press),
  };
}
