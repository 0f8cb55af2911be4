// Owns whether a call that was read from text is made or only mentioned. A model that makes a call stops after it and waits for the
// result; text that goes on mentions the call. Finding calls is left to `rescue.ts`.

import type { CallFormat } from '../format/call-format.ts';
import type { StandsInMessages } from './echo.ts';
import type { MentionedCall, MentionReason, RescuedCall, ScanEnd } from './text-scanner.ts';

export interface MadeCallsOptions {
  /**
   * The format in which the model was asked to write its calls here. Such a call counts wherever it stands, unless text follows on the
   * same line. Calls in other formats should have been parsed by the server: they count only outside a sentence and at the end.
   */
  readonly agreed?: CallFormat;
  /** Whether a call stands in a message that the model was given. */
  readonly repeats?: StandsInMessages;
}

/** Calls between the same marks. */
export interface ReadCallGroup {
  readonly calls: readonly RescuedCall[];
  /** Their text, marks included. */
  readonly written: string;
  /** White space before them: it is layout, and is left out with the calls. */
  readonly space: string;
  readonly isInSentence: boolean;
}

interface MadeCalls {
  /** Takes the next text; gives what can be shown. */
  readonly text: (text: string) => string;
  /** Takes marks without meaning after calls. */
  readonly layout: (text: string) => void;
  /** Takes the next calls. The text of a mention is still to be given to `text`. */
  readonly calls: (group: ReadCallGroup) => 'held' | 'mention';
  readonly end: () => Pick<ScanEnd, 'calls' | 'mentioned'>;
  /** Gives the text of the calls that are not settled, without those that are known. */
  readonly release: (isKnown: (call: RescuedCall) => boolean) => Pick<ScanEnd, 'text' | 'calls'>;
}

export function createMadeCalls({ agreed, repeats = () => false }: MadeCallsOptions): MadeCalls {
  const made: RescuedCall[] = [];
  const mentioned: MentionedCall[] = [];
  /** Calls that are made unless text follows, and layout between them. */
  let waiting: (ReadCallGroup | string)[] = [];

  function text(next: string): string {
    if (waiting.length === 0 || next === '') return next;
    if (next.trim() === '') {
      waiting.push(next);
      return '';
    }
    const isOnNextLine = /^[^\S\n]*\n/.test(next);
    let before = '';
    for (const part of waiting) {
      if (typeof part !== 'string' && isOnNextLine && isAgreed(part)) {
        made.push(...part.calls);
        continue;
      }
      before += textOf(part);
      for (const call of callsOf([part])) mentioned.push({ call, reason: 'text_after' });
    }
    waiting = [];
    return before.trim() === '' ? next : before + next;
  }

  function isAgreed({ calls }: ReadCallGroup): boolean {
    return calls[0]?.format === agreed?.name;
  }

  function reasonFor(group: ReadCallGroup): MentionReason | undefined {
    const { calls, written, isInSentence } = group;
    if (isInSentence && !isAgreed(group)) return 'in_sentence';
    const names = new Set(calls.map(({ name }) => name));
    return [...names].some((name) => repeats(written, name)) ? 'repeated' : undefined;
  }

  return {
    text,
    layout(mark) {
      if (waiting.length > 0) waiting.push(mark);
    },
    calls(group) {
      const reason = reasonFor(group);
      if (reason === undefined) {
        waiting.push(group);
        return 'held';
      }
      for (const call of group.calls) mentioned.push({ call, reason });
      return 'mention';
    },
    end: () => ({ calls: [...made, ...callsOf(waiting)], mentioned }),
    release: (isKnown) => {
      const calls = [...made, ...callsOf(waiting)];
      const left = waiting.filter((part) => typeof part === 'string' || !part.calls.every(isKnown));
      waiting = [];
      return { text: left.some((part) => typeof part !== 'string') ? left.map(textOf).join('') : '', calls };
    },
  };
}

function callsOf(parts: readonly (ReadCallGroup | string)[]): readonly RescuedCall[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : part.calls));
}

function textOf(part: ReadCallGroup | string): string {
  return typeof part === 'string' ? part : part.space + part.written;
}
