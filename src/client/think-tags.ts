// Owns telling thinking from answer in text that holds both, for servers without a reasoning parser.
// The marks are data in `think-delimiters.ts`, finding them is left to `mark-reader.ts`.

import { createHeldSpace } from './held-space.ts';
import type { LoneMark } from './lone-mark.ts';
import { createFences, standsAlone } from './lone-mark.ts';
import type { MarkedText } from './mark-reader.ts';
import { createMarkReader } from './mark-reader.ts';
import type { MarkKind, ThinkDelimiters } from './think-delimiters.ts';
import { kindsOf, THINK_TAGS } from './think-delimiters.ts';

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

/**
 * Splits text that comes in pieces, a mark cut between two of them included. Only an opening at the start of the answer counts (white
 * space aside), unless marks are tokens: a later one is text about thinking. A template may put the opening into the prompt: where a
 * closing mark counts that nothing opened, `lone` says. Line ends around the thinking are dropped.
 */
export function createThinkSplitter(delimiters: ThinkDelimiters = THINK_TAGS, lone: LoneMark = 'never'): ThinkSplitter {
  const { areTokens: isToken = false, closesOthers = false } = delimiters;
  const kinds = kindsOf(delimiters);
  const drops = delimiters.drop === undefined ? undefined : createMarkReader(delimiters.drop);
  const reader = createMarkReader([...kinds.keys()]);
  const fences = createFences();
  /** White space before the answer, at the end of the thinking, or after a mark that may end the answer. */
  const space = createHeldSpace();
  let level = firstLevel(delimiters, lone);
  let state: 'before' | 'inside' | 'gap' | 'after' = 'before';
  let isInAnswer = false;
  let hasThought = false;
  let isFreshInside = true;
  let out: ThinkPiece[] = [];
  /** The last character of the content so far. */
  let last = '';
  /** A mark in the answer that what follows it decides on. */
  let pending: { readonly mark: string; readonly closes: 'thinking' | 'answer' } | undefined;
  let endsThinking = false;

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
    for (const part of reader.end()) if (!isCutMark(part)) read(part);
    if (pending !== undefined) decide('');
    if (state === 'before') content(space.take());
    if (state === 'inside') reasoning(space.take());
    content('');
    return flush();
  }

  /** Where marks are tokens, thinking does not end in a part of one; the answer was cut in it. */
  function isCutMark({ isMark, text }: MarkedText): boolean {
    return !isMark && isToken && text.length >= MIN_CUT_MARK && (state === 'before' || state === 'inside');
  }

  function read({ isMark, text }: MarkedText): void {
    if (pending !== undefined && decide(text) === 'waits') return;
    const kind = isMark ? kinds.get(text) : undefined;
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

  function before(text: string, kind: MarkKind | undefined): void {
    if (kind === undefined && text.trim() === '' && space.length() <= MAX_HELD_SPACE) space.hold(text);
    else if (kind === 'open') enterThinking();
    else if (kind === 'answerOpen' || kind === 'label') {
      isInAnswer = kind === 'answerOpen';
      space.drop();
      state = 'gap';
    } else {
      state = 'after';
      content(space.take());
      after(text, kind);
    }
  }

  function enterThinking(): void {
    state = 'inside';
    level = 'never';
    hasThought = true;
    isFreshInside = true;
    space.drop();
  }

  function inside(text: string, kind: MarkKind | undefined): void {
    if (kind === 'close' || kind === 'eitherClose') {
      space.drop();
      state = last === '' ? 'gap' : 'after';
      return;
    }
    const body = isFreshInside ? text.trimStart() : text;
    if (body === '') return;
    isFreshInside = false;
    const thought = body.trimEnd();
    if (thought !== '' || space.length() > MAX_HELD_SPACE) reasoning(space.take() + thought);
    space.hold(body.slice(thought.length));
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
    if (kind === undefined || kind === 'label') content(text);
    else if (kind === 'open') openInAnswer(text);
    else if (kind === 'answerOpen') {
      if (isToken) isInAnswer = true;
      else content(text);
    } else if (isInAnswer && kind !== 'close') {
      if (isToken) isInAnswer = false;
      else pending = { mark: text, closes: 'answer' };
    } else if (kind === 'answerClose' || closesOthers || (!isToken && level === 'never')) content(text);
    else if (!hasThought && level !== 'never') pending = { mark: text, closes: 'thinking' };
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

  /** Decides on the pending mark; `next` is what follows it, empty at the end of the text. */
  function decide(next: string): 'waits' | undefined {
    if (pending === undefined) return undefined;
    const { mark, closes } = pending;
    if (closes === 'answer' && next !== '' && next.trim() === '' && space.length() <= MAX_TRAIL) {
      space.hold(next);
      return 'waits';
    }
    pending = undefined;
    // An answer may be about the mark that ends it: it counts at the end only.
    if (closes === 'answer') {
      if (next !== '') content(mark + space.take());
      space.drop();
    } else if (isLoneMark(next)) {
      level = 'never';
      hasThought = true;
      endsThinking = true;
      state = 'gap';
      last = '';
    } else content(mark);
    return undefined;
  }

  /** Code in an answer may contain the mark. A model that thinks for sure may be made to end its thinking in the middle of code. */
  function isLoneMark(next: string): boolean {
    const isInCode = level !== 'anywhere' && fences.isOpen();
    return !isInCode && standsAlone(level, last, next.charAt(0));
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

  return { feed, end };
}

function firstLevel({ areTokens, closesOthers }: ThinkDelimiters, lone: LoneMark): LoneMark {
  if (closesOthers) return 'never';
  return areTokens && lone !== 'never' ? 'anywhere' : lone;
}

function textOf(parts: readonly MarkedText[]): string {
  return parts
    .filter(({ isMark }) => !isMark)
    .map(({ text }) => text)
    .join('');
}

/** A shorter end of the text, such as `<|`, is text. */
const MIN_CUT_MARK = 4;

/** More white space than this is shown, wherever it stands. */
const MAX_HELD_SPACE = 1024 * 1024;

/** The mark at the end of an answer is one as long as no more white space than this follows it. */
const MAX_TRAIL = 1024;
