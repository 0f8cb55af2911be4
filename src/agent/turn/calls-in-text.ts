// Owns which calls in the text of one answer count: those of the content; those of the thinking only where there is no answer beside it;
// none where the server parses calls itself, and none that is JSON without marks, unless the model was asked to write its calls so. Reading
// them is left to `src/model/scanner`.

import { canonicalJson, parseJson } from '../../core/json.ts';
import type { ToolCall } from '../../core/message.ts';
import { BARE_JSON } from '../../model/format/bare-json.ts';
import type { MentionReason, RescuedCall, ScanEnd, TextScanner } from '../../model/scanner/text-scanner.ts';

export type TextPlace = 'content' | 'reasoning';

/** How calls in the text of an answer are looked for. */
export interface TextCalls {
  /** Makes what looks for them; undefined where none can be. */
  readonly createScanner: (place: TextPlace) => TextScanner | undefined;
  /** The name of the format in which the model was asked to write calls; undefined where the server parses them. */
  readonly agreed: string | undefined;
  /** Whether the server has parsed a call of this conversation: then it parses all of them, and text is text. */
  readonly serverParses: boolean;
  /** Whether the request allowed no calls: what the model writes all the same is taken out of the text, and does not run. */
  readonly isForbidden?: boolean;
}

export interface FoundCall {
  readonly call: RescuedCall;
  readonly place: TextPlace;
  /** Whether it is written where and as the model was asked to. */
  readonly isAgreed: boolean;
}

/** The text of a call that stays text. */
export interface LeftCall {
  readonly call: RescuedCall;
  readonly place: TextPlace;
  readonly reason: MentionReason | 'beside_answer' | 'server_parses' | 'not_allowed';
}

interface EndOfText {
  readonly calls: readonly FoundCall[];
  /** The text of calls without marks that is all of the answer, and was not shown: they are meant, and do not count. */
  readonly meant: string;
  readonly left: readonly LeftCall[];
  readonly hasCutCall: boolean;
  /** Whether the content is nothing but the text of calls. */
  readonly isNothingElse: boolean;
}

export interface CallsInText {
  readonly take: (place: TextPlace, delta: string, index: number) => void;
  /** There is an answer: calls in the thinking are part of the thinking. */
  readonly endThinking: () => void;
  /** All content so far was thinking: its calls are those of the thinking. */
  readonly contentWasThinking: () => void;
  /** `parsed`: the calls that the server parsed in this answer. */
  readonly end: (wasCut: boolean, parsed: readonly ToolCall[]) => EndOfText;
}

export function createCallsInText(
  { createScanner, agreed, serverParses, isForbidden = false }: TextCalls,
  show: (place: TextPlace, text: string, index: number) => void,
): CallsInText {
  let scanners: Partial<Record<TextPlace, TextScanner | undefined>> = {};
  const left: LeftCall[] = [];
  let hasAnswer = false;
  let hasContent = false;

  function scannerOf(place: TextPlace): TextScanner | undefined {
    if (place === 'reasoning' && hasAnswer) return undefined;
    if (!(place in scanners)) scanners[place] = createScanner(place);
    return scanners[place];
  }

  function endThinking(): void {
    if (hasAnswer) return;
    hasAnswer = true;
    const released = scanners.reasoning?.release();
    if (released === undefined) return;
    leave('reasoning', released.calls, 'beside_answer');
    show('reasoning', released.text, 0);
  }

  function contentWasThinking(): void {
    endThinking();
    scanners = 'content' in scanners ? { reasoning: scanners.content } : {};
    hasAnswer = false;
    hasContent = false;
  }

  function leave(place: TextPlace, calls: readonly RescuedCall[], reason: LeftCall['reason']): void {
    for (const call of calls) left.push({ call, place, reason });
  }

  function take(place: TextPlace, delta: string, index: number): void {
    const scanner = scannerOf(place);
    const text = scanner === undefined ? delta : scanner.feed(delta);
    showText(place, text, index);
  }

  function showText(place: TextPlace, text: string, index: number): void {
    if (place === 'content' && text.trim() !== '') {
      hasContent = true;
      endThinking();
    }
    show(place, text, index);
  }

  function isMeant({ format }: RescuedCall): boolean {
    return format === BARE_JSON.name && format !== agreed;
  }

  function end(wasCut: boolean, parsed: readonly ToolCall[]): EndOfText {
    const isText = !isForbidden && agreed === undefined && (serverParses || parsed.length > 0);
    return isText ? endAsText(parsed) : endWithCalls(wasCut);
  }

  function endAsText(parsed: readonly ToolCall[]): EndOfText {
    // The server may parse a call and leave its text: that is an echo. Servers space the JSON in other ways.
    let known: ReadonlySet<string> | undefined;
    const isKnown = (call: RescuedCall): boolean => {
      known ??= new Set(parsed.map(({ function: { name, arguments: args } }) => nameOfCall(name, args)));
      return known.has(nameOfCall(call.name, call.arguments));
    };
    const isAnswered = hasContent || parsed.length > 0;
    for (const place of ['reasoning', 'content'] as const) {
      const scanner = scanners[place];
      if (scanner === undefined || (place === 'reasoning' && hasAnswer)) continue;
      const { text, calls } = scanner.release(isKnown);
      const unknown = calls.filter((call) => !isKnown(call));
      if (place === 'content' && !isAnswered && unknown.length > 0 && unknown.every(isMeant)) {
        return { calls: [], meant: text, left, hasCutCall: false, isNothingElse: false };
      }
      leave(place, unknown, 'server_parses');
      show(place, text, 0);
    }
    const isNothingElse = !isAnswered && left.some(({ place }) => place === 'content');
    return { calls: [], meant: '', left, hasCutCall: false, isNothingElse };
  }

  function endWithCalls(wasCut: boolean): EndOfText {
    const inContent = scanners.content?.end(wasCut);
    if (inContent !== undefined && isAnswer(inContent)) endThinking();
    const inReasoning = hasAnswer ? undefined : scanners.reasoning?.end(wasCut);
    const calls: FoundCall[] = [];
    const meant: string[] = [];
    for (const [place, ended] of [
      ['reasoning', inReasoning],
      ['content', inContent],
    ] as const) {
      if (ended === undefined) continue;
      show(place, ended.text, 0);
      for (const { call, reason } of ended.mentioned) left.push({ call, place, reason });
      if (isForbidden) {
        leave(place, ended.calls, 'not_allowed');
        continue;
      }
      for (const call of ended.calls) {
        if (isMeant(call)) meant.push(call.written);
        else calls.push({ call, place, isAgreed: place === 'content' && call.format === agreed });
      }
    }
    const hasCutCall = (inContent?.hasCutCall ?? false) || (inReasoning?.hasCutCall ?? false);
    const made = agreed === BARE_JSON.name ? eachOnce(calls) : calls;
    return { calls: made, meant: meant.join('\n'), left, hasCutCall, isNothingElse: false };
  }

  return { take, endThinking, contentWasThinking, end };
}

function isAnswer({ text, calls, hasCutCall }: ScanEnd): boolean {
  return hasCutCall || calls.length > 0 || text.trim() !== '';
}

/** A model that writes no marks was seen to write one call over and over until its answer was cut: it is meant once. */
function eachOnce(calls: readonly FoundCall[]): readonly FoundCall[] {
  const names = new Set<string>();
  return calls.filter(({ call }) => {
    const name = nameOfCall(call.name, call.arguments);
    if (names.has(name)) return false;
    names.add(name);
    return true;
  });
}

/** The same for two calls that differ only in white space and in the order of keys. */
function nameOfCall(name: string, args: string): string {
  return canonicalJson([name, parseJson(args) ?? args]);
}
