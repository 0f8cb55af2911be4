// Owns telling thinking from answer in text that holds both, for servers without a reasoning parser.
// Which marks a model family uses is left to the caller, finding them to `mark-reader.ts`.

import type { LoneMark } from './lone-mark.ts';
import { createFences, standsAlone } from './lone-mark.ts';
import type { MarkedText } from './mark-reader.ts';
import { createMarkReader } from './mark-reader.ts';

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

export interface ThinkPiece {
  readonly type: 'reasoning' | 'content';
  /** May be empty where `endsThinking` is set. */
  readonly text: string;
  /** Set on what follows a closing mark that nothing opened: all content before it was thinking. */
  readonly endsThinking?: true;
}

export interface ThinkSplitter {
  readonly feed: (text: string) => ThinkPiece[];
  /** What was held back because it could have become a mark. */
  readonly end: () => ThinkPiece[];
}

export const THINK_TAGS: ThinkDelimiters = { open: '<think>', close: '</think>' };

/**
 * Splits text that comes in pieces, a mark cut between two of them included. Only an opening at the start of the answer counts (white
 * space aside), unless marks are tokens: a later one is text about thinking. A template may put the opening into the prompt: where a
 * closing mark counts that nothing opened, `lone` says. Line ends around the thinking are dropped.
 */
export function createThinkSplitter(delimiters: ThinkDelimiters = THINK_TAGS, lone: LoneMark = 'never'): ThinkSplitter {
  const { kinds, isToken, closesOthers } = marksOf(delimiters);
  const drops = delimiters.drop === undefined ? undefined : createMarkReader(delimiters.drop);
  const reader = createMarkReader([...kinds.keys()]);
  const fences = createFences();
  let level: LoneMark = isToken && lone !== 'never' ? 'anywhere' : lone;
  if (closesOthers) level = 'never';
  let state: 'before' | 'inside' | 'gap' | 'after' = 'before';
  let isInAnswer = false;
  let hasThought = false;
  let out: ThinkPiece[] = [];
  /** White space that waits for what follows it: before the answer, or at the end of the thinking. */
  let space: string[] = [];
  let spaceLength = 0;
  let isFreshInside = true;
  /** The last character of the content so far. */
  let last = '';
  /** A mark in the answer that what follows it decides on. */
  let pending: { readonly mark: string; readonly kind: 'close' | 'answerClose' } | undefined;
  let endsThinking = false;
  /** Of a mark with an ending of its own, what came of it; undefined outside one. */
  let ending: string | undefined;

  function feed(text: string): ThinkPiece[] {
    if (state === 'after' && isDeaf()) {
      content(text);
      return flush();
    }
    const kept = drops === undefined ? text : textOf(drops.feed(text));
    for (const part of reader.feed(kept)) read(part);
    return flush();
  }

  /** Nothing that could come changes anything. */
  function isDeaf(): boolean {
    if (level !== 'never' || isToken || isInAnswer || drops !== undefined) return false;
    return pending === undefined && !reader.holdsText();
  }

  function end(): ThinkPiece[] {
    if (drops !== undefined) for (const part of reader.feed(textOf(drops.end()))) read(part);
    const [rest] = reader.end();
    if (rest !== undefined && !isCutMark(rest)) read(rest);
    if (pending !== undefined) decide('');
    if (state === 'before') content(takeSpace());
    if (state === 'inside') reasoning(takeSpace());
    if (endsThinking) content('');
    return flush();
  }

  /** Where marks are tokens, thinking does not end in a part of one; the answer was cut in it. */
  function isCutMark({ isMark, text }: MarkedText): boolean {
    return !isMark && isToken && text.length >= MIN_CUT_MARK && (state === 'before' || state === 'inside');
  }

  function read(part: MarkedText): void {
    const { isMark, text } = ending === undefined ? part : afterEnding(part);
    if (text === '') return;
    if (pending !== undefined && decide(text) === 'waits') return;
    const kind = isMark ? kinds.get(text) : undefined;
    if (isMark && OPEN_MARK.test(text)) ending = '';
    switch (state) {
      case 'before':
        before(text, kind);
        break;
      case 'inside':
        inside(text, kind);
        break;
      case 'gap':
        gap(text, kind);
        break;
      case 'after':
        after(text, kind);
        break;
      default:
        state satisfies never;
    }
  }

  function afterEnding(part: MarkedText): MarkedText {
    const at = part.isMark ? -1 : part.text.indexOf('>');
    const isLong = part.isMark || (ending?.length ?? 0) + part.text.length > MAX_ENDING;
    if (at < 0 && !isLong) {
      ending += part.text;
      return { isMark: false, text: '' };
    }
    ending = undefined;
    return { ...part, text: part.text.slice(at + 1) };
  }

  function before(text: string, kind: MarkKind | undefined): void {
    if (kind === undefined && text.trim() === '' && spaceLength <= MAX_HELD_SPACE) holdSpace(text);
    else if (kind === 'open') enterThinking();
    else if (kind === 'answerOpen' || kind === 'label') {
      isInAnswer = kind === 'answerOpen';
      dropSpace();
      state = 'gap';
    } else {
      state = 'after';
      content(takeSpace());
      after(text, kind);
    }
  }

  function enterThinking(): void {
    state = 'inside';
    level = 'never';
    hasThought = true;
    isFreshInside = true;
    dropSpace();
  }

  function inside(text: string, kind: MarkKind | undefined): void {
    if (kind === 'close') {
      dropSpace();
      state = last === '' ? 'gap' : 'after';
      return;
    }
    const body = isFreshInside ? text.trimStart() : text;
    if (body === '') return;
    isFreshInside = false;
    const thought = body.trimEnd();
    if (thought !== '' || spaceLength > MAX_HELD_SPACE) reasoning(takeSpace() + thought);
    holdSpace(body.slice(thought.length));
  }

  /** After the thinking: white space, and the mark before the answer. */
  function gap(text: string, kind: MarkKind | undefined): void {
    if (kind === 'answerOpen') {
      isInAnswer = true;
      return;
    }
    const start = kind === undefined ? text.trimStart() : text;
    if (start === '') return;
    state = 'after';
    after(start, kind);
  }

  function after(text: string, kind: MarkKind | undefined): void {
    switch (kind) {
      case 'open':
        openInAnswer(text);
        break;
      case 'close':
        if (isInAnswer && isAnswerClose(text)) isInAnswer = false;
        else if (closesOthers || (!isToken && level === 'never')) content(text);
        else if (!hasThought && level !== 'never') pending = { mark: text, kind };
        break;
      case 'answerOpen':
        if (isToken) isInAnswer = true;
        else content(text);
        break;
      case 'answerClose':
        if (!isInAnswer) content(text);
        else if (isToken) isInAnswer = false;
        else pending = { mark: text, kind };
        break;
      case 'label':
      case undefined:
        content(text);
        break;
      default:
        kind satisfies never;
    }
  }

  function openInAnswer(mark: string): void {
    if (isToken) {
      enterThinking();
      return;
    }
    // Text about thinking: what closes it is a part of that text.
    level = 'never';
    content(mark);
  }

  function isAnswerClose(mark: string): boolean {
    return delimiters.answer?.close.includes(mark) ?? false;
  }

  /** Decides on the pending mark; `next` is what follows it, empty at the end of the text. */
  function decide(next: string): 'waits' | undefined {
    if (pending === undefined) return undefined;
    const { mark, kind } = pending;
    if (kind === 'answerClose' && next !== '' && next.trim() === '' && spaceLength <= MAX_TRAIL) {
      holdSpace(next);
      return 'waits';
    }
    pending = undefined;
    if (kind === 'answerClose') {
      // An answer may be about the mark: it counts at the end only.
      if (next !== '') content(mark + takeSpace());
      dropSpace();
      return undefined;
    }
    // Code in an answer may contain the mark. A model that thinks for sure may be made to end its thinking in the middle of code.
    const isInCode = level !== 'anywhere' && fences.isOpen();
    if (isInCode || !standsAlone(level, last, next.charAt(0))) {
      content(mark);
      return undefined;
    }
    level = 'never';
    hasThought = true;
    endsThinking = true;
    state = 'gap';
    last = '';
    return undefined;
  }

  function content(text: string): void {
    if (text === '' && !endsThinking) return;
    if (text !== '') last = text.charAt(text.length - 1);
    if (level !== 'never') fences.take(text);
    const previous = out.at(-1);
    if (previous?.type === 'content' && !endsThinking)
      out[out.length - 1] = { ...previous, text: previous.text + text };
    else out.push({ type: 'content', text, ...(endsThinking && { endsThinking }) });
    endsThinking = false;
  }

  function reasoning(text: string): void {
    if (text !== '') out.push({ type: 'reasoning', text });
  }

  function flush(): ThinkPiece[] {
    const pieces = out;
    out = [];
    return pieces;
  }

  function holdSpace(text: string): void {
    if (text === '') return;
    space.push(text);
    spaceLength += text.length;
  }

  function takeSpace(): string {
    const text = space.join('');
    dropSpace();
    return text;
  }

  function dropSpace(): void {
    space = [];
    spaceLength = 0;
  }

  return { feed, end };
}

type MarkKind = 'open' | 'close' | 'answerOpen' | 'answerClose' | 'label';

function marksOf({
  open,
  close,
  alsoOpen = [],
  alsoClose = [],
  answer,
  label,
  areTokens,
  closesOthers,
}: ThinkDelimiters): {
  readonly kinds: ReadonlyMap<string, MarkKind>;
  readonly isToken: boolean;
  readonly closesOthers: boolean;
} {
  const rows: readonly (readonly [MarkKind, readonly string[]])[] = [
    ['answerClose', answer?.close ?? []],
    ['answerOpen', answer?.open ?? []],
    ['label', label === undefined ? [] : [label]],
    ['close', [close, ...alsoClose]],
    ['open', [open, ...alsoOpen]],
  ];
  const kinds = new Map(rows.flatMap(([kind, marks]) => marks.map((mark) => [mark, kind] as const)));
  return { kinds, isToken: areTokens === true, closesOthers: closesOthers === true };
}

function textOf(parts: readonly MarkedText[]): string {
  return parts
    .filter(({ isMark }) => !isMark)
    .map(({ text }) => text)
    .join('');
}

/** A mark that lacks its ending. */
const OPEN_MARK = /^<[^>]*:$/;

/** A longer ending of a mark is none. */
const MAX_ENDING = 64;

/** A shorter end of the text, such as `<|`, is text. */
const MIN_CUT_MARK = 4;

/** More white space than this is shown, wherever it stands. */
const MAX_HELD_SPACE = 1024 * 1024;

/** The mark at the end of an answer is one as long as no more white space than this follows it. */
const MAX_TRAIL = 1024;
