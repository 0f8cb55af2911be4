// Owns the interface by which the model call has calls read from text. Reading them is left to `rescue.ts`.

export interface RescuedCall {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** The id that the model wrote, in formats that have ids. */
  readonly id?: string;
  /** The text that was read as the call, marks included. Several calls between the same marks have the same text. */
  readonly written: string;
  /** The name of the call format. */
  readonly format: string;
}

/** Why the text of a call is no call: text goes on after it, it stands within a sentence, or it repeats a message. */
export type MentionReason = 'text_after' | 'in_sentence' | 'repeated';

/** The text of a call that was shown as text. */
export interface MentionedCall {
  readonly call: RescuedCall;
  readonly reason: MentionReason;
}

export interface ScanEnd {
  /** The rest of the text. */
  readonly text: string;
  readonly calls: readonly RescuedCall[];
  readonly mentioned: readonly MentionedCall[];
  /** Whether the text ends in the middle of a call. */
  readonly hasCutCall: boolean;
}

export interface TextScanner {
  /** Gives the text that is certain to be text: it can be shown now. */
  readonly feed: (delta: string) => string;
  /** Gives what was held back. */
  readonly end: (wasCut: boolean) => ScanEnd;
  /** Ends it without calls: gives all that was held back, and the calls that were read in it. `isKnown`: their text is left out. */
  readonly release: (isKnown?: (call: RescuedCall) => boolean) => Pick<ScanEnd, 'text' | 'calls'>;
}
