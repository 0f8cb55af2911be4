// Owns reading calls from text that the server did not parse, while the text streams. How a call is written is data in
// `../format`; whether it is made or mentioned is left to `made-calls.ts`, when to look for calls to the turn.

import type { JsonObject } from '../../core/json.ts';
import { unwrapArguments } from '../../schema/unwrap.ts';
import type { CallFormat, WrittenCall } from '../format/call-format.ts';
import { withoutPartOf } from '../format/part-of-mark.ts';
import { createBareStart, MAX_BARE_CHARS } from './bare-start.ts';
import type { FindEnd } from './call-end.ts';
import { createFindEnd } from './call-end.ts';
import { HeldText } from './held-text.ts';
import type { MadeCallsOptions, ReadCallGroup } from './made-calls.ts';
import { createMadeCalls } from './made-calls.ts';
import { marksOf } from './marks.ts';
import type { OpenStrings } from './open-strings.ts';
import { createOpenStrings } from './open-strings.ts';
import { createQuotation } from './quotation.ts';
import type { RescuedCall, ScanEnd, TextScanner } from './text-scanner.ts';

export interface RescueOptions extends MadeCallsOptions {
  /** The formats to look for. If several have the same mark, the first one reads it. */
  readonly formats: readonly CallFormat[];
  /** The schema of each tool's parameters, by the tool's name: a call with another name is text. */
  readonly schemas: ReadonlyMap<string, JsonObject>;
}

/** A call longer than this is returned as text. */
const MAX_HELD_CHARS = 1024 * 1024;

/** Closes a block of code that a call began. */
const FENCE = '```';

/** How many closing marks inside arguments are skipped. */
const MAX_PASSED_ENDS = 32;

interface OpenCall {
  readonly format: CallFormat;
  readonly mark: string;
  /** White space before the call: it is layout, and is dropped with the call. */
  readonly space: string;
  readonly close: readonly string[] | undefined;
  readonly readsOpen: boolean;
  readonly findEnd: FindEnd;
  passedEnds: number;
  /** Present once a closing mark was found inside a string. */
  strings?: OpenStrings;
}

/** What is certain: text, then perhaps calls, or a mark without meaning after calls. */
interface Step {
  readonly text: string;
  readonly group?: ReadCallGroup;
  readonly layout?: string;
}

/**
 * Text that may become a call is held back, and released as text if it does not: nothing is shown and then withdrawn. A call counts
 * only if it is whole, names an existing tool, is outside code and quotations, and is made and not mentioned.
 */
export function createRescue({ formats, schemas, ...options }: RescueOptions): TextScanner {
  const marks = marksOf(formats);
  const mayBeFenced = formats.some(({ isFenced }) => isFenced);
  const bareStart = createBareStart(formats, schemas);
  const quotation = createQuotation();
  const made = createMadeCalls(options);
  const held = new HeldText();
  let open: OpenCall | undefined;
  let hasText = false;
  let hasCalls = false;
  let isRightAfterCall = false;
  let isRightAfterQuoted = false;

  function feed(delta: string): string {
    const isPlain =
      held.length === 0 && open === undefined && hasText && marks.hasNone(delta) && delta.trimEnd() === delta;
    if (isPlain) {
      isRightAfterQuoted = false;
      quotation.advance(delta);
      return made.text(delta);
    }
    held.add(delta);
    let text = '';
    for (let step = next(); step !== undefined; step = next()) text += take(step);
    return text;
  }

  /** Gives what can be shown of a step. */
  function take({ text, group, layout }: Step): string {
    if (layout !== undefined) made.layout(layout);
    if (group !== undefined) {
      hasCalls = true;
      isRightAfterCall = true;
    }
    const isMention = group !== undefined && made.calls(group) === 'mention';
    const passed = isMention ? group.space + group.written : text;
    if (passed.trim() !== '') {
      hasText = true;
      isRightAfterCall = false;
    }
    return made.text(passed);
  }

  /** Removes the next text or call that is certain from the held text; undefined when the rest must wait. */
  function next(): Step | undefined {
    if (open !== undefined) return nextInCall(open);
    held.setSpaceAside();
    if (held.spaceLength > MAX_HELD_CHARS) return { text: pass(held.spaceLength) };
    const bare = hasText ? undefined : bareStart(held.beginning(MAX_BARE_CHARS), hasCalls);
    if (bare === 'more') return undefined;
    if (bare !== undefined) {
      begin(bare.format, '', held.take(held.spaceLength + bare.at));
      return { text: '' };
    }
    const found = held.find(marks);
    if (found === undefined) return nextText();
    const before = pass(found.at);
    const isAfterCall = isRightAfterCall && before.trim() === '';
    // Some formats write one mark right within another: both are quoted, or none.
    const isQuoted = quotation.isOpen() || (isRightAfterQuoted && before.trim() === '');
    isRightAfterQuoted = isQuoted;
    if (isQuoted || (found.owner === 'trail' && !isAfterCall)) {
      return { text: before + pass(found.mark.length) };
    }
    held.take(found.mark.length);
    if (found.owner === 'drop') return { text: before };
    if (found.owner === 'trail') return { text: '', layout: before + found.mark };
    const shown = before.trimEnd();
    begin(found.owner, found.mark, before.slice(shown.length));
    return { text: shown };
  }

  function nextText(): Step | undefined {
    const certain = held.certainLength(marks);
    if (certain > 0) isRightAfterQuoted = false;
    return certain === 0 ? undefined : { text: pass(certain) };
  }

  function begin(format: CallFormat, mark: string, space: string): void {
    const isUnwrapped = format.unwrapped?.open.includes(mark) ?? false;
    const close = isUnwrapped ? format.unwrapped?.close : format.close;
    open = {
      format,
      mark,
      space,
      close,
      readsOpen: isUnwrapped || format.readsOpen === true,
      findEnd: createFindEnd(close, format),
      passedEnds: 0,
    };
    held.startReading();
  }

  function nextInCall(call: OpenCall): Step | undefined {
    const piece = held.unread();
    call.strings?.add(piece);
    const end = call.findEnd(piece);
    if (end === 'more') return held.length > MAX_HELD_CHARS ? giveBack(call, held.length) : undefined;
    if (end === 'none') return giveBack(call, 0);
    const isPassed = call.strings?.isOpenAt(end.bodyEnd) === true && call.passedEnds++ < MAX_PASSED_ENDS;
    if (isPassed) return { text: '' };
    const read = call.format.read(bodyOf(call, end.bodyEnd), true);
    if (read === 'open' && call.passedEnds++ < MAX_PASSED_ENDS) {
      call.strings ??= stringsOf(call.format, held.read(held.length));
      return { text: '' };
    }
    const step = finish(call, read, end.next);
    if (step !== undefined) return step;
    // The text may mention the mark before it makes the call: the last mark before the end counts.
    const body = held.read(end.bodyEnd);
    const last = call.mark === '' ? -1 : body.lastIndexOf(call.mark);
    return giveBack(call, last < 0 ? end.next : body.slice(0, last).trimEnd().length);
  }

  /** Removes the calls that were read in the held text up to `length`; undefined when there are none. */
  function finish(call: OpenCall, read: ReturnType<CallFormat['read']>, length: number): Step | undefined {
    if (read === 'open' || read === undefined) return undefined;
    const written = call.mark + held.read(length);
    const origin = { written, format: call.format.name };
    const calls = read.flatMap((one) => rescued(one, schemas, origin));
    if (calls.length === 0) return undefined;
    open = undefined;
    held.take(length);
    return { text: '', group: { calls, written, space: call.space, isInSentence: quotation.isInSentence() } };
  }

  /** There was no call: releases the mark and `length` characters after it as text. */
  function giveBack(call: OpenCall, length: number): Step {
    open = undefined;
    quotation.advance(call.mark);
    hasText = true;
    return { text: call.space + call.mark + pass(length) };
  }

  function end(wasCut: boolean): ScanEnd {
    let text = '';
    let hasCutCall = false;
    if (open !== undefined) {
      // A server may remove the closing mark as a stop string: what is whole without it is a whole call.
      const last = wasCut ? undefined : finishAtEnd(open);
      if (last !== undefined) text = take(last);
      else if (wasCut || [...schemas.keys()].some((name) => held.read(held.length).includes(name))) hasCutCall = true;
      else text = take(giveBack(open, held.length));
    }
    const rest = held.read(held.length).trim();
    const isLayout = hasCalls && (rest === '' || (rest === FENCE && mayBeFenced));
    if (!hasCutCall && !isLayout) text += take({ text: pass(held.length) });
    return { text, ...made.end(), hasCutCall };
  }

  function release(isKnown: (call: RescuedCall) => boolean = () => false): ReturnType<TextScanner['release']> {
    const last = open === undefined ? undefined : finishAtEnd(open);
    const shown = last === undefined ? '' : take(last);
    const { text, calls } = made.release(isKnown);
    const rest = open === undefined ? { text: pass(held.length) } : giveBack(open, held.length);
    return { text: shown + text + take(rest), calls };
  }

  function finishAtEnd(call: OpenCall): Step | undefined {
    return finish(
      call,
      call.format.read(withoutPartOf(call.close ?? [], bodyOf(call, held.length)), false),
      held.length,
    );
  }

  function bodyOf(call: OpenCall, end: number): string {
    return (call.readsOpen ? call.mark : '') + held.read(end);
  }

  /** Removes text from the front. */
  function pass(length: number): string {
    const text = held.take(length);
    quotation.advance(text);
    return text;
  }

  return { feed, end, release };
}

function stringsOf({ quotes = ['"'] }: CallFormat, text: string): OpenStrings {
  const strings = createOpenStrings(quotes);
  strings.add({ text, from: 0 });
  return strings;
}

function rescued(
  { name, arguments: args, id, typedBy }: WrittenCall,
  schemas: RescueOptions['schemas'],
  origin: Pick<RescuedCall, 'written' | 'format'>,
): RescuedCall[] {
  const plain = schemas.has(name) ? name : plainName(name);
  const schema = schemas.get(plain);
  if (schema === undefined) return [];
  const typed = typedBy?.(schema) ?? args;
  const text = textOf(unwrapArguments(typed, schema) ?? typed);
  return text === undefined ? [] : [{ name: plain, arguments: text, ...(id !== undefined && { id }), ...origin }];
}

/** The arguments as JSON. */
function textOf(args: JsonObject): string | undefined {
  try {
    return JSON.stringify(args);
  } catch {
    // They are nested deeper than can be written: no tool takes such arguments.
    return undefined;
  }
}

/** Some templates show tools within a namespace, which has their own name where the tool has none. */
function plainName(name: string): string {
  if (name.startsWith(NAMESPACE)) return name.slice(NAMESPACE.length);
  const [space, own, ...more] = name.split('.');
  return space === own && own !== undefined && more.length === 0 ? own : name;
}

const NAMESPACE = 'functions.';
