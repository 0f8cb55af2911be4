// Owns the interface by which the model call has calls read from text. Reading them is left to `rescue.ts`.

export interface RescuedCall {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** The id that the model wrote, in formats that have ids. */
  readonly id?: string;
}

export interface Scanned {
  /** Text that cannot become a call any more: it can be shown now. */
  readonly text: string;
  readonly calls: readonly RescuedCall[];
}

export interface TextScanner {
  readonly feed: (delta: string) => Scanned;
  /** Returns what was held back. `hasCutCall`: the text ends in the middle of a call. */
  readonly end: (wasCut: boolean) => Scanned & { readonly hasCutCall: boolean };
}
