// Owns describing the differences between two JSON values.

import { isObject } from '../core/json.ts';

const MAX_NAMED = 12;
const MAX_SHOWN_CHARS = 100;

/** One line per difference: `messages[1].content: was "a", is "b"`. Empty when the values are equal. */
export function differences(was: unknown, is: unknown): readonly string[] {
  const found: string[] = [];
  compare(was, is, '', found);
  return found.length > MAX_NAMED ? [...found.slice(0, MAX_NAMED), `and ${found.length - MAX_NAMED} more`] : found;
}

function compare(was: unknown, is: unknown, path: string, found: string[]): void {
  if (Object.is(was, is)) return;
  if (Array.isArray(was) && Array.isArray(is)) {
    for (let at = 0; at < Math.max(was.length, is.length); at++) compare(was[at], is[at], `${path}[${at}]`, found);
  } else if (isObject(was) && isObject(is)) {
    for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
      compare(was[key], is[key], path === '' ? key : `${path}.${key}`, found);
    }
  } else found.push(`${path || 'the body'}: was ${shown(was)}, is ${shown(is)}`);
}

function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}
