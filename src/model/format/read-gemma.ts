// Owns reading calls in Gemma's syntax: `call:get_weather{city:<|"|>Paris<|"|>}`, with keys without quotes.

import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import type { ReadCalls } from './call-format.ts';
import { LiteralReader } from './literal-reader.ts';

const WORDS = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** `quote` is the delimiter on both sides of a string. */
export function gemmaCalls(quote: string): ReadCalls {
  return (body) => {
    const reader = new LiteralReader(body, { quotes: [quote], words: WORDS, isPython: false, hasBareText: true });
    if (!reader.skip('call:')) return undefined;
    const name = reader.word();
    const args = reader.value();
    if (args === undefined && reader.isInString) return 'open';
    if (name === '' || !isObject(args) || !reader.isAtEnd()) return undefined;
    return [{ name, arguments: args as JsonObject }]; // a dictionary of literals
  };
}
