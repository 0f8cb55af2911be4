// Owns what a program on a terminal has of the world, so that tests can give it another. Using it is left to the rest.

export interface Output {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** In characters. */
  readonly columns: number;
}

/** What a person did at a prompt: a line (more than one when pasted), Ctrl-C, or the end of the input. */
export type Answered =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'interrupt' }
  | { readonly type: 'end' };

/** A person at a keyboard. */
export interface Terminal {
  readonly ask: (prompt: string) => Promise<Answered>;
  /** Calls on Ctrl-C while nothing is asked; gives the way to stop that. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

export interface Io {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly err: Output;
  /** What is piped in; undefined on a terminal. `hasQuestion`: read only what is surely meant to be read. */
  readonly readInput: (hasQuestion: boolean) => Promise<string | undefined>;
  /** Undefined when nobody is there: something is piped in or out. */
  readonly terminal: Terminal | undefined;
  /** Writes a new file; gives in words why it could not. */
  readonly saveFile: (path: string, text: string) => Promise<string | undefined>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
  /** The file that was run, for the help. */
  readonly program: string;
}
