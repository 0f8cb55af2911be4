// Owns what a tool returned or threw -> what the model reads. Keeping what is left out of it is the caller's.

import type { CallResult } from '../core/call.ts';
import type { ContentPart } from '../core/message.ts';
import { ContentParts } from './content-parts.ts';
import { ToolRetry } from './tool.ts';

export interface ResultLimit {
  /** For the whole result, however many parts it has. */
  readonly maxChars: number;
  /** Is given a text that is too long as a whole; says how the model gets the rest. */
  readonly keep: (text: string) => string;
}

/** Text goes as it is, content parts as parts, everything else as JSON. */
export function resultOf(value: unknown, limit: ResultLimit): CallResult {
  if (value instanceof ContentParts) return { isError: false, content: cutParts(value.parts, limit) };
  const text = typeof value === 'string' ? value : encode(value);
  return { isError: false, content: cutMiddle(text === '' ? '(no output)' : text, limit) };
}

/** Name and message, never a stack: the model can act on the one and not on the other. */
export function failureOf(error: unknown, limit: ResultLimit): CallResult {
  const text =
    error instanceof ToolRetry
      ? error.message
      : error instanceof Error
        ? `${error.name}: ${error.message}`
        : `Error: ${typeof error === 'string' ? error : encode(error)}`;
  return { isError: true, content: cutMiddle(text, limit) };
}

/** The result as one text, for people and logs: images are named. */
export function resultText({ content }: CallResult): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : `(${part.type})`)).join('\n');
}

/** Keeps the head and the tail, which hold what matters most in listings, logs and errors. */
function cutMiddle(text: string, limit: ResultLimit): string {
  if (text.length <= limit.maxChars) return text;
  const { head, tail } = shares(limit.maxChars);
  return wellFormed(text.slice(0, head)) + noteOf(text, limit) + wellFormed(text.slice(-tail));
}

/** The texts of all parts are cut as one: the head and the tail stay where they are, and the note stands where the first cut is. */
function cutParts(parts: readonly ContentPart[], limit: ResultLimit): readonly ContentPart[] {
  const whole = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (whole.length <= limit.maxChars) return parts;
  const { head, tail } = shares(limit.maxChars);
  const tailStart = whole.length - tail;
  let start = 0;
  let isNoted = false;
  return parts.flatMap((part): readonly ContentPart[] => {
    if (part.type !== 'text') return [part];
    const { text } = part;
    const end = start + text.length;
    const first = text.slice(0, Math.max(0, head - start));
    const last = end <= tailStart ? '' : text.slice(Math.max(0, tailStart - start));
    const isWhole = end <= head || start >= tailStart;
    start = end;
    if (isWhole) return [part];
    const note = isNoted ? '' : noteOf(whole, limit);
    isNoted = true;
    const shown = wellFormed(first) + note + wellFormed(last);
    return shown === '' ? [] : [{ type: 'text', text: shown }];
  });
}

function shares(maxChars: number): { readonly head: number; readonly tail: number } {
  const tail = Math.floor(maxChars / 4);
  return { head: maxChars - tail, tail };
}

/** Says how much is missing, and how to get it. */
function noteOf(text: string, { maxChars, keep }: ResultLimit): string {
  return `\n\n[${text.length - maxChars} of ${text.length} characters are left out here. ${keep(text)}]\n\n`;
}

/** A cut through a pair of surrogates would leave half a character, which JSON turns into an escape. */
function wellFormed(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
}

function encode(value: unknown): string {
  if (value === undefined) return '';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (cause) {
    // A cycle or a BigInt: an error of the tool's author, which the model should not be blamed for.
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : 'unknown';
    return `The tool returned a value that is not JSON: ${reason}.`;
  }
}
