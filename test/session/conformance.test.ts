// Owns the claim that the embedded store meets the contract of stores, on each SQLite library that this Node has.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { SqlDatabase, Store } from '../../src/index.ts';
import { openStore } from '../../src/index.ts';
import { loadDatabase } from '../../src/session/sqlite/database.ts';
import type { StoreUnderTest } from '../../src/testing/index.ts';
import { storeConformance } from '../../src/testing/index.ts';
import { bundle } from '../support/bundle.ts';
import { DATABASES } from './databases.ts';

let folder = '';
let program = '';
let places = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stores-'));
  program = await bundle(new URL('store-process.ts', import.meta.url));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(program);
});

describe.each(DATABASES)('on %s', (name) => {
  const databases = new WeakMap<Store, SqlDatabase>();

  const target: StoreUnderTest = {
    createPlace: () => join(folder, 'a folder', `${places++}.db`),
    open: async (path) => {
      const load = await loadDatabase(name);
      let database: SqlDatabase | undefined;
      const store = await openStore({ path, database: (given) => (database = load(given)) });
      if (database !== undefined) databases.set(store, database);
      return store;
    },
    command: (path) => [process.execPath, program, path, name],
    fillDisk: (store) => {
      const database = databases.get(store);
      database?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      // Less than there are: SQLite then takes the number that there are.
      database?.prepare('PRAGMA max_page_count = 1').all();
      return () => database?.prepare('PRAGMA max_page_count = 1000000').all();
    },
  };

  test.each(storeConformance(target).map(({ name: claim, check }) => [claim, check] as const))(
    '%s',
    async (_, check) => await check(),
  );
});
