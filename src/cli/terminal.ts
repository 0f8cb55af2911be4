// Owns the keyboard: prompts with history, pasted lines, Ctrl-C. What is asked is left to whoever asks.

import { createInterface } from 'node:readline';
import type { Answered, Terminal } from './io.ts';

export interface OwnedTerminal {
  /** Undefined when nobody is there. */
  readonly ofPerson: Terminal | undefined;
  readonly close: () => void;
}

/** Lines that the arrow keys bring back. */
const MAX_HISTORY = 1000;

/** `interrupt` is called on a Ctrl-C that nobody else takes. Whoever makes one closes it. */
export function createTerminal(interrupt: () => void): OwnedTerminal {
  const listeners: (() => void)[] = [];
  const onSignal = (): void => {
    const listener = listeners.at(-1);
    // With nobody to take it, a second one ends the process, should the first not do.
    if (listener === undefined) process.off('SIGINT', onSignal);
    (listener ?? interrupt)();
  };
  process.on('SIGINT', onSignal);
  let history: string[] = [];

  /** One interface a prompt: between prompts the terminal is as it was, and Ctrl-C is a signal. */
  function ask(prompt: string): Promise<Answered> {
    return new Promise((resolve) => {
      const reader = createInterface({
        input: process.stdin,
        output: process.stderr,
        terminal: true,
        prompt,
        history: [...history],
        historySize: MAX_HISTORY,
        removeHistoryDuplicates: true,
      });
      const lines: string[] = [];
      let answered: Answered = { type: 'end' };
      reader.on('history', (lines: string[]) => {
        history = lines;
      });
      reader.on('line', (line) => {
        // What is pasted comes as several lines at once, the last of them perhaps without its end.
        if (lines.length === 0) setImmediate(() => reader.close());
        lines.push(line);
        answered = { type: 'line', text: lines.join('\n') };
      });
      reader.on('SIGINT', () => {
        answered = { type: 'interrupt' };
        process.stderr.write('\n');
        reader.close();
      });
      reader.on('close', () => {
        const rest = answered.type === 'line' ? reader.line : '';
        resolve(
          rest === '' || answered.type !== 'line' ? answered : { type: 'line', text: `${answered.text}\n${rest}` },
        );
      });
      reader.prompt();
    });
  }

  function onInterrupt(listener: () => void): () => void {
    listeners.push(listener);
    return () => {
      const at = listeners.indexOf(listener);
      if (at >= 0) listeners.splice(at, 1);
    };
  }

  const isPerson = process.stdin.isTTY === true && process.stdout.isTTY === true && process.stderr.isTTY === true;
  return {
    ofPerson: isPerson ? { ask, onInterrupt } : undefined,
    close: () => void process.off('SIGINT', onSignal),
  };
}
