// Owns reading calls written as Python: `[get_weather(city='Paris'), get_time()]`, or one per line. Only keyword arguments with literals
// are read; nothing is evaluated.

import type { JsonValue } from '../../core/json.ts';
import type { ReadCalls, WrittenCall } from './call-format.ts';
import { LiteralReader } from './literal-reader.ts';
import { withNestedQuotesEscaped } from './nested-quotes.ts';

export const readPythonCalls: ReadCalls = (body) => {
  const read = readCalls(body);
  if (read !== undefined) return read;
  const mended = withNestedQuotesEscaped(body, (text) => Array.isArray(readCalls(text)));
  return mended === undefined ? undefined : readCalls(mended);
};

function readCalls(body: string): ReturnType<ReadCalls> {
  const reader = new LiteralReader(body, PYTHON);
  const isList = reader.skip('[');
  const calls: WrittenCall[] = [];
  while (!reader.isAtEnd() && !(isList && reader.peek(']'))) {
    const call = readCall(reader);
    if (call === undefined) return reader.isInString ? 'open' : undefined;
    calls.push(call);
    reader.skip(',');
  }
  if (isList && !reader.skip(']')) return undefined;
  return reader.isAtEnd() && calls.length > 0 ? calls : undefined;
}

/** One literal and nothing after it; undefined: the text is something else. */
export function readPythonLiteral(text: string): JsonValue | undefined {
  const reader = new LiteralReader(text, PYTHON);
  const value = reader.value();
  return reader.isAtEnd() ? value : undefined;
}

export const PYTHON_QUOTES = ["'", '"'];

const PYTHON = {
  quotes: PYTHON_QUOTES,
  words: new Map<string, JsonValue>([
    ['True', true],
    ['False', false],
    ['None', null],
    ['true', true],
    ['false', false],
    ['null', null],
  ]),
  isPython: true,
  hasBareText: false,
} as const;

function readCall(reader: LiteralReader): WrittenCall | undefined {
  const name = reader.word();
  if (name === '' || !reader.skip('(')) return undefined;
  const args: [string, JsonValue][] = [];
  while (!reader.skip(')')) {
    const key = reader.word();
    if (key === '' || !reader.skip('=')) return undefined;
    const value = reader.value();
    if (value === undefined) return undefined;
    args.push([key, value]);
    if (!reader.skip(',') && !reader.peek(')')) return undefined;
  }
  return { name, arguments: Object.fromEntries(args) };
}
