// Owns claims about which warning of Node a program leaves out.

import { afterEach, expect, test } from 'vitest';
import { withoutSqliteWarning } from '../../src/cli/sqlite-warning.ts';

const before = process.emitWarning;
afterEach(() => {
  process.emitWarning = before;
});

test('the one of its SQLite is left out while the work lasts, and no other', async () => {
  const printed: unknown[][] = [];
  const print = (...args: unknown[]): void => void printed.push(args);
  process.emitWarning = print;
  const message = 'SQLite is an experimental feature and might change at any time';
  const value = await withoutSqliteWarning(async () => {
    process.emitWarning(message, 'ExperimentalWarning');
    process.emitWarning(message, 'DeprecationWarning');
    process.emitWarning('Fetch is an experimental feature', 'ExperimentalWarning');
    process.emitWarning(new Error('own'));
    return 1;
  });
  expect([value, printed]).toEqual([
    1,
    [[message, 'DeprecationWarning'], ['Fetch is an experimental feature', 'ExperimentalWarning'], [new Error('own')]],
  ]);
  await expect(withoutSqliteWarning(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(process.emitWarning).toBe(print);
});
