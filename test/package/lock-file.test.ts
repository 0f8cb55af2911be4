// Owns the claim that the lock file holds for every registry that serves the same packages.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './installed.ts';

test('the lock file names no address, and the contents of every package', () => {
  const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const lock = JSON.parse(text) as { readonly packages: Readonly<Record<string, object>> }; // npm's own format.
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(installed.filter(([, entry]) => 'resolved' in entry || !('integrity' in entry))).toEqual([]);
  expect(installed.length).toBeGreaterThan(0);
});
