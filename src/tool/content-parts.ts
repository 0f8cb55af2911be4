// Owns how a tool says that its result is content parts: images beside text. Everything else that it returns is data, whatever its shape.

import { isObject } from '../core/json.ts';
import type { ContentPart } from '../core/message.ts';

/** A result of several parts. Made by `contentParts`. */
export class ContentParts {
  readonly parts: readonly ContentPart[];

  constructor(parts: readonly ContentPart[]) {
    this.parts = parts;
  }
}

/**
 * Makes content parts the result of a tool, so that a model that takes images is shown them:
 * `return contentParts([{ type: 'text', text: 'The chart:' }, await imageFromFile('chart.png')])`.
 */
export function contentParts(parts: readonly ContentPart[]): ContentParts {
  if (!Array.isArray(parts)) throw new TypeError('`contentParts` takes a list of parts.');
  for (const [at, part] of parts.entries()) {
    if (!isPart(part)) throw new TypeError(`\`contentParts\`: part ${at} is ${PARTS}.`);
  }
  return new ContentParts(parts);
}

const PARTS =
  "neither { type: 'text', text: '…' } nor { type: 'image_url', image_url: { url: '…' } } nor another part that vLLM takes";

const OTHER_TYPES: readonly unknown[] = ['audio_url', 'video_url', 'input_audio', 'file', 'refusal'];

/** The server would refuse a request with anything else, and so the whole run. */
function isPart(part: unknown): boolean {
  if (!isObject(part)) return false;
  if (part.type === 'text') return typeof part.text === 'string';
  if (part.type === 'image_url') return isObject(part.image_url) && typeof part.image_url.url === 'string';
  return OTHER_TYPES.includes(part.type);
}
