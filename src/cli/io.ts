// Owns what a program on a terminal has of the world, so that tests can give it another. Using it is left to the rest.

export interface Output {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** In characters. */
  readonly columns: number;
}

export interface Io {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly err: Output;
  /** What is piped in; undefined on a terminal. `hasQuestion`: read only what is surely meant to be read. */
  readonly readInput: (hasQuestion: boolean) => Promise<string | undefined>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
  /** The file that was run, for the help. */
  readonly program: string;
}
