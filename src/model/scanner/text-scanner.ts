// Owns what the model call needs of whoever reads calls out of text. Reading them is left to the rescue.

export interface RescuedCall {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** The one that the model wrote, in formats that have ids. */
  readonly id?: string;
}

export interface Scanned {
  /** What is certain to be text, to be shown now. */
  readonly text: string;
  readonly calls: readonly RescuedCall[];
}

export interface TextScanner {
  readonly feed: (delta: string) => Scanned;
  /** What was held back. `hasCutCall`: the text ends in a call that does not. */
  readonly end: (wasCut: boolean) => Scanned & { readonly hasCutCall: boolean };
}
