// Owns how a tool says that its result is content parts: images beside text. Everything else that it returns is data, whatever its shape.

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
  return new ContentParts(parts);
}
