// Owns what a tool returned or threw -> what the model reads. Keeping what is left out of it is the caller's.

import { isObject } from '../core/json.ts';
import type { ContentPart } from '../core/message.ts';
import { ToolRetry } from './tool.ts';

/** The answer to one call. */
export interface CallResult {
  readonly isError: boolean;
  readonly content: string | readonly ContentPart[];
}

export interface ResultLimit {
  readonly maxChars: number;
  /** Is given a text that is too long as a whole; says how the model gets the rest. */
  readonly keep: (text: string) => string;
}

/** Text goes as it is, content parts as parts, everything else as JSON. */
export function resultOf(value: unknown, limit: ResultLimit): CallResult {
  if (isContentParts(value)) return { isError: false, content: value.map((part) => cutPart(part, limit)) };
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

/**
 * Keeps the head and the tail, which hold what matters most in listings, logs and errors, says how much is missing, and
 * how to get it.
 */
export function cutMiddle(text: string, { maxChars, keep }: ResultLimit): string {
  if (text.length <= maxChars) return text;
  const tail = Math.floor(maxChars / 4);
  const head = maxChars - tail;
  const missing = text.length - maxChars;
  const note = `\n\n[${missing} of ${text.length} characters are left out here. ${keep(text)}]\n\n`;
  return wellFormed(text.slice(0, head)) + note + wellFormed(text.slice(-tail));
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

function cutPart(part: ContentPart, limit: ResultLimit): ContentPart {
  return part.type === 'text' ? { type: 'text', text: cutMiddle(part.text, limit) } : part;
}

const PART_TYPES = new Set(['text', 'image_url', 'audio_url', 'video_url', 'input_audio', 'file']);

function isContentParts(value: unknown): value is readonly ContentPart[] {
  return Array.isArray(value) && value.length > 0 && value.every(isContentPart);
}

function isContentPart(value: unknown): value is ContentPart {
  if (!isObject(value) || typeof value.type !== 'string' || !PART_TYPES.has(value.type)) return false;
  return value.type === 'text' ? typeof value.text === 'string' : true;
}
