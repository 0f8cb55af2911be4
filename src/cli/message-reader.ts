// Owns reading one message at the prompt: one line or several, and what Ctrl-C does to them. Keys and lines are left to `terminal.ts`.

import type { Io, Terminal } from './io.ts';

export type Read =
  | { readonly type: 'end' }
  | { readonly type: 'interrupt'; readonly hadText?: boolean }
  | { readonly type: 'line'; readonly text: string };

/** At a prompt, Ctrl-C counts as pressed again within this time, when nothing was typed in between. */
const AGAIN_MS = 5000;

/** For a hint to the user. */
export const AGAIN = `Press Ctrl-C again within ${AGAIN_MS / 1000} seconds`;

export interface Presses {
  /** Whether it is the second one. */
  readonly press: () => boolean;
  /** Something else was done. */
  readonly reset: () => void;
}

export function createPresses(now: () => number): Presses {
  let firstAt = Number.NEGATIVE_INFINITY;
  return {
    press: () => {
      const pressedAt = now();
      const isAgain = pressedAt - firstAt <= AGAIN_MS;
      firstAt = isAgain ? Number.NEGATIVE_INFINITY : pressedAt;
      return isAgain;
    },
    reset: () => {
      firstAt = Number.NEGATIVE_INFINITY;
    },
  };
}

const FENCE = '"""';

/** Whether several lines were pasted with the marks around them. */
function isWholeBlock(text: string): boolean {
  return text.startsWith(FENCE) && text.endsWith(FENCE) && text.slice(FENCE.length, -FENCE.length).includes('\n');
}

/** One line; more when a line ends in a backslash, or between two lines that begin with `"""`. Ctrl-C drops them when it is pressed again. */
export async function readMessage(terminal: Terminal, { err, signal, now }: Io): Promise<Read> {
  const lines: string[] = [];
  const presses = createPresses(now);
  let isFenced = false;
  for (;;) {
    const isBegun = isFenced || lines.length > 0;
    const read = await terminal.ask(isBegun ? '. ' : '> ', { isMessage: true, signal });
    if (read.type === 'interrupt' && isBegun && !signal.aborted) {
      if (read.hadText === true) presses.reset();
      if (presses.press()) {
        err.write('The message was dropped.\n');
        return { type: 'line', text: '' };
      }
      err.write(`${isFenced ? `${FENCE} ends` : 'An empty line ends'} the message. ${AGAIN} to drop it.\n`);
      continue;
    }
    if (read.type !== 'line') return read;
    presses.reset();
    const { text } = read;
    if (!isBegun && isWholeBlock(text.trimEnd())) {
      return { type: 'line', text: text.trimEnd().slice(FENCE.length, -FENCE.length) };
    }
    if (!isBegun && text.startsWith(FENCE) && !text.slice(FENCE.length).includes(FENCE)) {
      isFenced = true;
      if (text.length > FENCE.length) lines.push(text.slice(FENCE.length));
    } else if (isFenced && text.trimEnd().endsWith(FENCE)) {
      lines.push(text.trimEnd().slice(0, -FENCE.length));
      return { type: 'line', text: lines.join('\n') };
    } else if (!isFenced && text.endsWith('\\')) lines.push(text.slice(0, -1));
    else {
      lines.push(text);
      if (!isFenced) return { type: 'line', text: lines.join('\n') };
    }
  }
}
