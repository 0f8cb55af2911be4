// Owns reading from the keyboard: prompts with history, pasted lines, Ctrl-C. What to ask is left to the caller.

import { createInterface } from 'node:readline';
import type { PromptReply, Terminal } from './io.ts';

export interface OwnedTerminal {
  /** Undefined when input or output is not a terminal. */
  readonly ofUser: Terminal | undefined;
  readonly close: () => void;
}

/** Lines that the arrow keys bring back. */
const MAX_HISTORY = 1000;

/** `interrupt` is called on a Ctrl-C that no listener handles. The caller closes the terminal. */
export function createTerminal(interrupt: () => void): OwnedTerminal {
  const listeners: (() => void)[] = [];
  const onSignal = (): void => {
    const listener = listeners.at(-1);
    // Without a listener, a second Ctrl-C ends the process if the first did not.
    if (listener === undefined) process.off('SIGINT', onSignal);
    (listener ?? interrupt)();
  };
  process.on('SIGINT', onSignal);
  let history: string[] = [];

  /** One readline interface per prompt: between prompts the terminal is in its normal mode, and Ctrl-C is a signal. */
  function ask(prompt: string): Promise<PromptReply> {
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
      let reply: PromptReply = { type: 'end' };
      reader.on('history', (lines: string[]) => {
        history = lines;
      });
      reader.on('line', (line) => {
        // A paste arrives as several lines at once, the last of them possibly without a line end.
        if (lines.length === 0) setImmediate(() => reader.close());
        lines.push(line);
        reply = { type: 'line', text: lines.join('\n') };
      });
      reader.on('SIGINT', () => {
        reply = { type: 'interrupt' };
        process.stderr.write('\n');
        reader.close();
      });
      reader.on('close', () => {
        const rest = reply.type === 'line' ? reader.line : '';
        resolve(rest === '' || reply.type !== 'line' ? reply : { type: 'line', text: `${reply.text}\n${rest}` });
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

  const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true && process.stderr.isTTY === true;
  return {
    ofUser: isInteractive ? { ask, onInterrupt } : undefined,
    close: () => void process.off('SIGINT', onSignal),
  };
}
