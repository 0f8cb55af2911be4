// Owns which SQLite libraries this Node has, for tests that must hold on each.

import { createRequire } from 'node:module';
import type { DatabaseName } from '../../src/index.ts';

function hasOwn(): boolean {
  try {
    createRequire(import.meta.url)('node:sqlite');
    return true;
  } catch {
    // Node 20 has none.
    return false;
  }
}

export const DATABASES: readonly DatabaseName[] = hasOwn() ? ['node:sqlite', 'libsql'] : ['libsql'];
