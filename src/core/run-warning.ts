// Owns the warnings of a run. Raising them is left to the steps and the loop.

/** Something that was corrected or omitted, but is not a failure. */
export interface RunWarning {
  /** A stable word, such as `arguments_repaired`, `call_rescued`, `call_in_text`, `not_strict`, `client_side_tools`. */
  readonly code: string;
  readonly message: string;
  readonly turn?: number;
  readonly callId?: string;
  readonly toolName?: string;
  /** For a call in the text of an answer: where it stands, in which format, and its text, cut when it is long. */
  readonly source?: { readonly place: 'content' | 'reasoning'; readonly format: string; readonly text: string };
}
