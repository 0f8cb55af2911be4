// Owns what may be an id, a name or a number in a store. It says what is wrong with what is given.

import { StoreError } from '../store-error.ts';

const MAX_NAME_CHARS = 512;

/** Ids and names are shown to people and are typed by them; SQLite cuts a text at a NUL. */
export function checkName(what: string, name: string): void {
  const isShort = typeof name === 'string' && name !== '' && name.length <= MAX_NAME_CHARS;
  if (isShort && !/[\p{Cc}\p{Cs}]/u.test(name)) return;
  const rule = `it must be a text of 1 to ${MAX_NAME_CHARS} characters without control characters and halves of characters`;
  throw new StoreError('invalid', `The ${what} ${JSON.stringify(name)} cannot be stored: ${rule}.`);
}

export function checkCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new StoreError('invalid', `The ${what} must be a whole number from 0 on; it is ${String(count)}.`);
}
