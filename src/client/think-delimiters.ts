// Owns the shape of the marks around thinking and answer, as data. Which marks a model family uses is left to the caller, reading with them to
// `think-tags.ts`.

export interface ThinkDelimiters {
  readonly open: string;
  readonly close: string;
  /** Other ways to write the two. One such as `<think:` goes on to the next `>`, with an ending that each checkpoint chooses. */
  readonly alsoOpen?: readonly string[];
  readonly alsoClose?: readonly string[];
  /** Whether the marks are tokens of their own, which no text is about: they count wherever they stand. */
  readonly areTokens?: boolean;
  /** Whether the closing mark ends other parts of an answer too: then one that nothing opened says nothing of thinking. */
  readonly closesOthers?: boolean;
  /** The marks around the answer; they are dropped. */
  readonly answer?: { readonly open: readonly string[]; readonly close: readonly string[] };
  /** Marks without meaning for the reader; they are dropped wherever they stand. */
  readonly drop?: readonly string[];
  /** What is left of an opening mark at the start of the answer where the server skips special tokens; it is dropped. */
  readonly label?: string;
}

export const THINK_TAGS: ThinkDelimiters = { open: '<think>', close: '</think>' };

/** `eitherClose`: what closes the answer closes thinking too. */
export type MarkKind = 'open' | 'close' | 'answerOpen' | 'answerClose' | 'eitherClose' | 'label';

/** What each mark is. */
export function kindsOf({
  open,
  close,
  alsoOpen = [],
  alsoClose = [],
  answer,
  label,
}: ThinkDelimiters): ReadonlyMap<string, MarkKind> {
  const closes = [close, ...alsoClose];
  const rows: readonly (readonly [MarkKind, readonly string[]])[] = [
    ['label', label === undefined ? [] : [label]],
    ['answerOpen', answer?.open ?? []],
    ['answerClose', answer?.close ?? []],
    ['close', closes],
    ['eitherClose', closes.filter((mark) => answer?.close.includes(mark))],
    ['open', [open, ...alsoOpen]],
  ];
  return new Map(rows.flatMap(([kind, marks]) => marks.map((mark) => [mark, kind] as const)));
}
