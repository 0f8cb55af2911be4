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

/**
 * `quote` is the delimiter on both sides of a string. Models leave the word `call` out, write parentheses for the braces, or neither where
 * there are no arguments.
 */
export function gemmaCalls(quote: string): ReadCalls {
  return (body, isClosed) => {
    const lead = LEAD.exec(body)?.[0];
    if (lead === undefined) return undefined;
    const start = body.slice(lead.length).search(/[{(]/);
    const name = (start < 0 ? body.slice(lead.length) : body.slice(lead.length, lead.length + start)).trim();
    if (start < 0) return isClosed && name !== '' ? [{ name, arguments: {} }] : undefined;
    const rest = body.slice(lead.length + start).trimEnd();
    const text = rest.startsWith('(') && rest.endsWith(')') ? `{${rest.slice(1, -1)}}` : rest;
    const reader = new LiteralReader(text, { quotes: [quote], words: WORDS, isPython: false, hasBareText: true });
    const args = reader.value();
    if (args === undefined && reader.isInString) return 'open';
    if (!isObject(args) || !reader.isAtEnd()) return undefined;
    return [{ name, arguments: args as JsonObject }]; // a dictionary of literals
  };
}

const LEAD = /^\s*(?:call\s*)?:/;
