// Owns reading calls from text that the server did not parse, while the text streams. How a call is written is data in
// `call-formats.ts`; when to look for calls is left to the turn.

import type { JsonObject } from '../../core/json.ts';
import { coerceBySchema } from '../../schema/coerce.ts';
import type { CallFormat, WrittenCall } from '../format/call-format.ts';
import { createBareStart } from './bare-start.ts';
import type { FindEnd } from './call-end.ts';
import { createFindEnd } from './call-end.ts';
import { marksOf } from './marks.ts';
import { createQuotation } from './quotation.ts';
import type { RescuedCall, Scanned, TextScanner } from './text-scanner.ts';

export interface RescueOptions {
  /** The formats to look for. If several have the same mark, the first one reads it. */
  readonly formats: readonly CallFormat[];
  /** The schema of each tool's parameters, by the tool's name: a call with another name is text. */
  readonly schemas: ReadonlyMap<string, JsonObject>;
}

/** A call longer than this is returned as text. */
const MAX_HELD_CHARS = 1024 * 1024;

/** How many closing marks inside arguments are skipped. */
const MAX_PASSED_ENDS = 32;

interface OpenCall {
  readonly format: CallFormat;
  readonly mark: string;
  /** White space before the call: it is layout, and is dropped with the call. */
  readonly space: string;
  readonly findEnd: FindEnd;
  passedEnds: number;
}

interface Step {
  readonly text: string;
  readonly calls?: readonly RescuedCall[];
}

const NO_CALLS: readonly never[] = [];

/**
 * Text that may become a call is held back, and released as text if it does not: nothing is shown and then withdrawn. A call counts
 * only if it is whole, names an existing tool, and is outside code and quotations.
 */
export function createRescue({ formats, schemas }: RescueOptions): TextScanner {
  const marks = marksOf(formats);
  const bareStart = createBareStart(formats, schemas);
  const quotation = createQuotation();
  let held = '';
  let open: OpenCall | undefined;
  let hasText = false;
  let hasCalls = false;
  let isRightAfterCall = false;

  function feed(delta: string): Scanned {
    const isPlain = held === '' && open === undefined && hasText && marks.hasNone(delta) && delta.trimEnd() === delta;
    if (isPlain) {
      quotation.advance(delta);
      return { text: delta, calls: NO_CALLS };
    }
    held += delta;
    const calls: RescuedCall[] = [];
    let text = '';
    for (let step = next(); step !== undefined; step = next()) {
      text += step.text;
      if (step.text.trim() !== '') {
        hasText = true;
        isRightAfterCall = false;
      }
      if (step.calls !== undefined) calls.push(...step.calls);
    }
    return { text, calls };
  }

  /** Removes the next text or call that is certain from the held text; undefined when the rest must wait. */
  function next(): Step | undefined {
    if (open !== undefined) return nextInCall(open);
    const bare = hasText ? undefined : bareStart(held, hasCalls);
    if (bare === 'more') return undefined;
    if (bare !== undefined) {
      begin(bare.format, '', take(bare.at));
      return { text: '' };
    }
    const found = marks.find(held);
    if (found === undefined) return nextText();
    const before = pass(found.at);
    const isAfterCall = isRightAfterCall && before.trim() === '';
    if (quotation.isOpen() || (found.owner === 'trail' && !isAfterCall)) {
      return { text: before + pass(found.mark.length) };
    }
    take(found.mark.length);
    if (found.owner === 'drop') return { text: before };
    if (found.owner === 'trail') return { text: '' };
    const shown = before.trimEnd();
    begin(found.owner, found.mark, before.slice(shown.length));
    return { text: shown };
  }

  function nextText(): Step | undefined {
    const certain = held.slice(0, held.length - marks.partAtEnd(held)).trimEnd().length;
    return certain === 0 ? undefined : { text: pass(certain) };
  }

  function begin(format: CallFormat, mark: string, space: string): void {
    open = { format, mark, space, findEnd: createFindEnd(format), passedEnds: 0 };
  }

  function nextInCall(call: OpenCall): Step | undefined {
    const end = call.findEnd(held);
    if (end === 'more') return held.length > MAX_HELD_CHARS ? giveBack(call, held.length) : undefined;
    if (end === 'none') return giveBack(call, 0);
    const read = call.format.read(bodyOf(call, end.bodyEnd));
    if (read === 'open' && call.passedEnds++ < MAX_PASSED_ENDS) return { text: '' };
    const calls = known(read);
    if (calls.length > 0) {
      take(end.next);
      return finish(calls);
    }
    // The text may mention the mark before it makes the call: the last mark before the end counts.
    const last = call.mark === '' ? -1 : held.lastIndexOf(call.mark, end.bodyEnd - 1);
    return giveBack(call, last < 0 ? end.next : held.slice(0, last).trimEnd().length);
  }

  function finish(calls: readonly RescuedCall[]): Step {
    open = undefined;
    hasCalls = true;
    isRightAfterCall = true;
    return { text: '', calls };
  }

  /** There was no call: releases the mark and `length` characters after it as text. */
  function giveBack(call: OpenCall, length: number): Step {
    open = undefined;
    quotation.advance(call.mark);
    hasText = true;
    return { text: call.space + call.mark + pass(length) };
  }

  function end(wasCut: boolean): ReturnType<TextScanner['end']> {
    if (open === undefined) {
      const isLayout = hasCalls && held.trim() === '';
      return { text: isLayout ? '' : pass(held.length), calls: NO_CALLS, hasCutCall: false };
    }
    const call = open;
    const body = bodyOf(call, held.length);
    // A server may remove the closing mark as a stop string: what parses as a whole is a whole call.
    const calls = wasCut ? NO_CALLS : known(call.format.read(body));
    if (calls.length > 0) return { text: '', calls, hasCutCall: false };
    const isCall = wasCut || [...schemas.keys()].some((name) => body.includes(name));
    return isCall
      ? { text: '', calls, hasCutCall: true }
      : { text: giveBack(call, held.length).text, calls, hasCutCall: false };
  }

  function bodyOf(call: OpenCall, end: number): string {
    return (call.format.readsOpen ? call.mark : '') + held.slice(0, end);
  }

  function known(read: ReturnType<CallFormat['read']>): RescuedCall[] {
    return read === 'open' || read === undefined ? [] : read.flatMap((call) => rescued(call, schemas));
  }

  /** Removes text from the front. */
  function pass(length: number): string {
    const text = take(length);
    quotation.advance(text);
    return text;
  }

  function take(length: number): string {
    const text = held.slice(0, length);
    held = held.slice(length);
    return text;
  }

  return { feed, end };
}

function rescued(
  { name, arguments: args, id, isUntyped }: WrittenCall,
  schemas: RescueOptions['schemas'],
): RescuedCall[] {
  const plain = name.startsWith(NAMESPACE) ? name.slice(NAMESPACE.length) : name;
  const schema = schemas.get(plain);
  if (schema === undefined) return [];
  const value = isUntyped ? coerceBySchema(args, schema).value : args;
  return [{ name: plain, arguments: JSON.stringify(value), ...(id !== undefined && { id }) }];
}

/** Some templates show tools within this namespace. */
const NAMESPACE = 'functions.';
