// Owns the checks of the conformance suites: they throw an Error that says what differs, for any test runner.

import { StoreError } from '../session/store-error.ts';
import { differences } from './difference.ts';

export function expectSame(what: string, expected: unknown, found: unknown): void {
  const differs = differences(expected, found);
  if (differs.length > 0) throw new Error(`${what}: ${differs.join('; ')}`);
}

/** Checks that a promise of a store rejects with a StoreError of this code. */
export async function expectRefused(what: string, code: StoreError['code'], promise: Promise<unknown>): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error(`${what}: was not refused`);
  if (!(error instanceof StoreError))
    throw new Error(`${what}: rejected with ${String(error)}, which is no StoreError`, { cause: error });
  if (error.code !== code)
    throw new Error(`${what}: was refused with ${error.code}, not ${code} (${error.message})`, { cause: error });
}
