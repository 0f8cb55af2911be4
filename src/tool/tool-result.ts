// Owns what the model reads of what a tool returned or threw. Keeping what is left out of it is the caller's, turning values into JSON
// `plain-value.ts`'s.

import type { CallResult } from '../core/call.ts';
import type { ContentPart } from '../core/message.ts';
import { ContentParts } from './content-parts.ts';
import { failureText } from './failure-text.ts';
import { readPlain } from './plain-value.ts';
import { isError } from './thrown-error.ts';

export interface ResultLimit {
  /** For the whole result, however many parts it has. */
  readonly maxChars: number;
  /** Is given a text that is too long as a whole; says how the model gets the rest. */
  readonly keep: (text: string) => string;
}

/** What a tool returned, ready to be shown. */
export type Shown = string | ContentParts;

/**
 * Text goes as it is, content parts as parts, everything else as JSON that says the same. A promise where the value is yet to come. Throws
 * an error that was returned, and an UnshowableResult for what cannot be shown.
 */
export function readResult(value: unknown, signal?: AbortSignal): Shown | Promise<Shown> {
  if (typeof value === 'string' || value instanceof ContentParts) return value;
  if (isError(value)) throw value;
  const plain = readPlain(value, signal);
  return plain instanceof Promise ? plain.then(textOf) : textOf(plain);
}

function textOf(plain: unknown): string {
  if (plain === undefined) return '';
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

export function resultOf(shown: Shown, limit: ResultLimit): CallResult {
  if (typeof shown === 'string') return { isError: false, content: cutMiddle(shown || NO_OUTPUT, limit) };
  return { isError: false, content: shown.parts.length === 0 ? NO_OUTPUT : cutParts(shown.parts, limit) };
}

const NO_OUTPUT = '(no output)';

export function failureOf(thrown: unknown, toolName: string, limit: ResultLimit): CallResult {
  return { isError: true, content: cutMiddle(failureText(thrown, toolName), limit) };
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
