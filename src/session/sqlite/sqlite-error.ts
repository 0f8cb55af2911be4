// Owns what the errors of SQLite mean for the user of a store, whichever library they come from.

import { isObject } from '../../core/json.ts';
import { StoreError } from '../store-error.ts';

/** Turns whatever was thrown into a StoreError; one that is one already stays as it is. */
export function storeErrorFrom(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const described = describe(resultCodeOf(error), path);
  if (described !== undefined) return new StoreError(described.code, described.message, error);
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError('store_failed', `The store ${path} failed: ${reason}.`, error);
}

/** Another connection is in the way: trying again may help. */
export function isBusy(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === 'store_busy';
  const code = resultCodeOf(error);
  return code === BUSY || code === LOCKED;
}

// https://www.sqlite.org/rescode.html
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const TOOBIG = 18;
const NOTADB = 26;

/** The last byte of an extended result code is the plain one. */
const PLAIN_CODE = 0xff;

function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  // `errcode` is of Node's library, `rawCode` of libsql.
  const { errcode, rawCode } = isObject(error) ? error : { errcode: undefined, rawCode: undefined };
  const code = errcode ?? rawCode;
  return typeof code === 'number' ? code & PLAIN_CODE : undefined;
}

function describe(code: number | undefined, path: string): Pick<StoreError, 'code' | 'message'> | undefined {
  switch (code) {
    case BUSY:
    case LOCKED:
      return {
        code: 'store_busy',
        message: `Other processes keep the store ${path} busy: nothing was written. Try again.`,
      };
    case PERM:
    case READONLY:
    case CANTOPEN:
      return { code: 'store_unwritable', message: unwritable(path) };
    case FULL:
      return {
        code: 'disk_full',
        message: `The disk with the store ${path} is full. What was recorded before is kept; free some space, then resume the run.`,
      };
    case CORRUPT:
    case NOTADB:
      return { code: 'store_damaged', message: damaged(path) };
    case TOOBIG:
      return {
        code: 'value_too_large',
        message: `A value is too large for the store ${path}: SQLite takes at most 1 GB.`,
      };
    default:
      return undefined;
  }
}

export function unwritable(path: string): string {
  return `The store ${path} cannot be opened for writing: check the rights of the file and its folder, or name another file.`;
}

export function damaged(path: string): string {
  return `The store ${path} is damaged, or is no store: restore it from a copy, or name another file.`;
}
