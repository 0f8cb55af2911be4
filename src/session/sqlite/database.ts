// Owns what the store needs of a SQLite library, and loading one: Node's own where Node has it, else libsql.
// Using it is left to `connection.ts`.

import { createRequire } from 'node:module';
import { StoreError } from '../store-error.ts';

export type SqlValue = string | number | null;

export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlStatement {
  readonly run: (...values: SqlValue[]) => { readonly changes: number | bigint };
  readonly all: (...values: SqlValue[]) => unknown[];
}

/** One connection. Everything is synchronous, and throws what the library throws. */
export interface SqlDatabase {
  readonly exec: (sql: string) => unknown;
  readonly prepare: (sql: string) => SqlStatement;
  readonly close: () => unknown;
}

export type OpenDatabase = (path: string) => SqlDatabase;

export type DatabaseName = 'node:sqlite' | 'libsql';

/** Loads the library that is named, else the first that is there. */
export async function loadDatabase(name?: DatabaseName): Promise<OpenDatabase> {
  const names: readonly DatabaseName[] = name === undefined ? ['node:sqlite', 'libsql'] : [name];
  const problems: unknown[] = [];
  for (const one of names) {
    try {
      return await LOADERS[one]();
    } catch (error) {
      problems.push(error);
    }
  }
  const remedy = 'use Node 22.13 or later, or install the package `libsql`';
  const message = `There is no SQLite for the store (${names.join(', ')}): ${remedy}.`;
  throw new StoreError('store_unavailable', message, new AggregateError(problems));
}

const LOADERS: Readonly<Record<DatabaseName, () => Promise<OpenDatabase>>> = {
  'node:sqlite': async () => {
    // Not an import: the types of Node 20 do not have the module, and bundlers take its name for that of a package.
    const sqlite: { readonly DatabaseSync: new (path: string) => SqlDatabase } = require('node:sqlite');
    return (path) => new sqlite.DatabaseSync(path);
  },
  libsql: async () => {
    const { default: Libsql } = await import('libsql');
    // Its types, made for another library, say less of the values.
    return (path) => new Libsql(path) as unknown as SqlDatabase;
  },
};

const require = createRequire(import.meta.url);
