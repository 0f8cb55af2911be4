// Owns a program in a real terminal, which `script` of util-linux makes: typing into it, and waiting for what it shows.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { OWN_HOME } from '../support/own-home.ts';

/** False where there is no such `script`. */
export const hasPty = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

export interface Pty extends AsyncDisposable {
  readonly type: (text: string) => void;
  /** Resolves when the text is shown after what the last call waited for. */
  readonly until: (text: string) => Promise<void>;
  /** All that was shown so far, with its escape sequences. */
  readonly shown: () => string;
  /** The exit code of the command. */
  readonly exit: Promise<number | null>;
}

/** Runs a shell command in a terminal. */
export function openPty(command: string, env: Readonly<Record<string, string>>): Pty {
  const child = spawn('script', ['-qefc', command, '/dev/null'], { env: { ...process.env, ...OWN_HOME, ...env } });
  let shown = '';
  let seen = 0;
  let hasEnded = false;
  let check = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    shown += part;
    check();
  });
  const exit = once(child, 'close').then(([code]) => {
    hasEnded = true;
    check();
    return code as number | null;
  });
  return {
    type: (text) => void child.stdin.write(text),
    until: async (text) => {
      await new Promise<void>((resolve, reject) => {
        check = () => {
          const at = shown.indexOf(text, seen);
          if (at >= 0) {
            seen = at + text.length;
            resolve();
          } else if (hasEnded) reject(new Error(`The program ended before it showed ${text}: ${shown}`));
        };
        check();
      });
      check = () => undefined;
    },
    shown: () => shown,
    exit,
    [Symbol.asyncDispose]: async () => {
      if (!hasEnded) child.kill('SIGKILL');
      await exit;
    },
  };
}
