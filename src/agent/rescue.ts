// Owns reading calls out of text that the server did not parse, in the format `<tool_call>{"name": …, "arguments": …}</tool_call>`
// of Hermes, Qwen and many others. When to look for them is left to the turn.

import { isObject } from '../core/json.ts';
import { readArguments } from '../tool/read-arguments.ts';
import type { RescuedCall, Scanned, TextScanner } from './text-scanner.ts';

export const OPEN = '<tool_call>';
export const CLOSE = '</tool_call>';

/** A call longer than this is given back as text. */
const MAX_HELD_CHARS = 1024 * 1024;

/**
 * Reads calls as the text comes. What may become a call is held back, and comes out as text when it does not become one:
 * nothing is shown and withdrawn. A call counts only with the name of a tool that there is, outside code and quotations, and
 * whole.
 */
export function createRescue(isTool: (name: string) => boolean): TextScanner {
  const quotation = createQuotation();
  let held = '';
  let isInCall = false;
  let hasCalls = false;

  function feed(delta: string): Scanned {
    held += delta;
    const calls: RescuedCall[] = [];
    let text = '';
    for (let step = next(); step !== undefined; step = next()) {
      text += step.text;
      if (step.call !== undefined) calls.push(step.call);
    }
    return { text, calls };
  }

  /** Takes the next certain thing off what is held; undefined when the rest must wait. */
  function next(): { readonly text: string; readonly call?: RescuedCall } | undefined {
    if (isInCall) return nextCall();
    const at = held.indexOf(OPEN);
    if (at < 0) {
      const certain = held.length - heldBack(held);
      return certain === 0 ? undefined : { text: release(certain) };
    }
    // White space before a call is layout and goes with it.
    const before = held.slice(0, at).trimEnd().length;
    if (before > 0) return { text: release(before) };
    if (quotation.isOpenAfter(held.slice(0, at))) return { text: release(at + OPEN.length) };
    isInCall = true;
    return { text: '' };
  }

  function nextCall(): { readonly text: string; readonly call?: RescuedCall } | undefined {
    const end = held.indexOf(CLOSE);
    if (end < 0 && held.length <= MAX_HELD_CHARS) return undefined;
    isInCall = false;
    if (end < 0) return { text: release(held.length) };
    const call = readCall(held.slice(held.indexOf(OPEN) + OPEN.length, end), isTool);
    if (call === undefined) return { text: release(end + CLOSE.length) };
    held = held.slice(end + CLOSE.length);
    hasCalls = true;
    return { text: '', call };
  }

  function release(length: number): string {
    const text = held.slice(0, length);
    held = held.slice(length);
    quotation.advance(text);
    return text;
  }

  function end(wasCut: boolean): ReturnType<TextScanner['end']> {
    if (!isInCall)
      return { text: hasCalls && held.trim() === '' ? '' : release(held.length), calls: [], hasCutCall: false };
    // A server may swallow the closing mark as a stop string: whole arguments are a whole call.
    const body = held.slice(held.indexOf(OPEN) + OPEN.length);
    const call = wasCut ? undefined : readCall(body, isTool);
    held = '';
    isInCall = false;
    return { text: '', calls: call === undefined ? [] : [call], hasCutCall: call === undefined };
  }

  return { feed, end };
}

function readCall(body: string, isTool: (name: string) => boolean): RescuedCall | undefined {
  const read = readArguments(body, false);
  if (read.type !== 'read') return undefined;
  const { name, arguments: given, parameters } = read.value;
  if (typeof name !== 'string' || !isTool(name)) return undefined;
  const args: unknown = given ?? parameters ?? {};
  if (typeof args === 'string') return { name, arguments: args };
  return isObject(args) ? { name, arguments: JSON.stringify(args) } : undefined;
}

/** How much of the end may still become the opening mark, the white space before it included. */
function heldBack(text: string): number {
  for (let length = Math.min(OPEN.length - 1, text.length); length > 0; length--) {
    if (OPEN.startsWith(text.slice(-length))) return text.length - text.slice(0, -length).trimEnd().length;
  }
  return text.length - text.trimEnd().length;
}

interface Quotation {
  readonly advance: (text: string) => void;
  /** Whether a mark after this text would be inside a code fence, inline code, a quoted line, or right after a quote. */
  readonly isOpenAfter: (text: string) => boolean;
}

function createQuotation(): Quotation {
  let line = '';
  let isFenced = false;
  const isFence = (text: string): boolean => /^\s{0,3}(?:```|~~~)/.test(text);

  return {
    advance(text) {
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const done of lines) if (isFence(done)) isFenced = !isFenced;
    },
    isOpenAfter(text) {
      const lines = (line + text).split('\n');
      const last = lines.pop() ?? '';
      const isInside = lines.reduce((fenced, done) => (isFence(done) ? !fenced : fenced), isFenced);
      const ticks = last.split('`').length - 1;
      return isInside || ticks % 2 === 1 || last.trimStart().startsWith('>') || /["'“‘«]$/.test(last);
    },
  };
}
