// Owns the interface between a command-line program and the process around it, so that tests can replace the process.

import type { Store } from '../session/store.ts';
import type { SaveFile } from './save-file.ts';
import type { Showable } from './styled.ts';

export interface Output {
  /** A string is foreign text: what would control the terminal or deceive a person in it is made visible. */
  readonly write: (text: Showable) => void;
  readonly isTty: boolean;
  /** The current width, in cells. */
  readonly columns: number;
}

/** The user's reply to a prompt: a line (several when pasted), Ctrl-C, which drops the text of the line, or the end of the input. */
export type PromptReply =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'interrupt'; readonly hadText?: boolean }
  | { readonly type: 'end' };

export interface PromptOptions {
  /**
   * Whether the reply is a message or a command: it may have been typed ahead, and the arrow keys bring it back. A reply to anything else
   * must be typed after its prompt was shown, because a person has not seen before what it is about.
   */
  readonly isMessage?: boolean;
  /** Closes the prompt, as Ctrl-C does. */
  readonly signal?: AbortSignal;
}

/** A terminal with a user at the keyboard. */
export interface Terminal {
  readonly ask: (prompt: Showable, options?: PromptOptions) => Promise<PromptReply>;
  /** Calls the listener on Ctrl-C while no prompt is open; returns the function that removes it. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Takes the keyboard also between prompts, until disposed: nothing is echoed, what is typed waits, and Ctrl-C is no signal. */
  readonly hold: () => Disposable;
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
  /** Opens the store in a file, else the one that programs share; the caller closes it. Undefined: nothing is stored. */
  readonly openStore: ((file?: string) => Promise<Store>) | undefined;
  /** Aborted when the program is asked to end: by Ctrl-C, by a signal, by a reader that stops reading. */
  readonly signal: AbortSignal;
  /** Aborted before `signal`, when it is not the user who asks: what is under way may then go on elsewhere. */
  readonly terminated: AbortSignal;
  /** Milliseconds, for durations. */
  readonly now: () => number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** The current folder. */
  readonly folder: string;
  /** Calls `work` once every so many milliseconds, without keeping the process alive; returns the function that stops it. */
  readonly every: (periodMs: number, work: () => void) => () => void;
  /** The file that was run, for the help text. */
  readonly program: string;
}
