// Owns the interface between a command-line program and the process around it, so that tests can replace the process.

import type { SaveFile } from './save-file.ts';
export interface Output {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** In characters. */
  readonly columns: number;
}

/** The user's reply to a prompt: a line (several when pasted), Ctrl-C, or the end of the input. */
export type PromptReply =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'interrupt' }
  | { readonly type: 'end' };

/** A terminal with a user at the keyboard. */
export interface Terminal {
  readonly ask: (prompt: string) => Promise<PromptReply>;
  /** Calls the listener on Ctrl-C while no prompt is open; returns the function that removes it. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

export interface Io {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly err: Output;
  /** Whether the input is a pipe or a file. */
  readonly isPiped: boolean;
  /** The input to its end; undefined on a terminal. */
  readonly readInput: () => Promise<string | undefined>;
  /** Undefined when input or output is not a terminal. */
  readonly terminal: Terminal | undefined;
  readonly saveFile: SaveFile;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
  /** Calls `work` once every so many milliseconds, without keeping the process alive; returns the function that stops it. */
  readonly every: (periodMs: number, work: () => void) => () => void;
  /** The file that was run, for the help text. */
  readonly program: string;
}
