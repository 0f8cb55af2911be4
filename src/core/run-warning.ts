// Owns the warnings of a run. Where they come from is left to the steps and the loop.

/** Something that was corrected or left out, and is no failure. */
export interface RunWarning {
  /** A stable word, such as `arguments_repaired`, `call_rescued`, `not_strict`, `client_side_tools`. */
  readonly code: string;
  readonly message: string;
  readonly turn?: number;
  readonly callId?: string;
  readonly toolName?: string;
}
