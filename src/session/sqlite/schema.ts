// Owns the tables of the file and their migrations. Reading and writing them is left to the files beside it.

import { StoreError } from '../store-error.ts';
import type { Connection } from './connection.ts';
import { damaged } from './sqlite-error.ts';

/** "vlag" in ASCII. Tells a store from other SQLite files: https://www.sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x76_6c_61_67;

/**
 * Each entry brings a file from the version of its index to the next one. Released entries never change: files that were made by them exist.
 *
 * A text that is too large for its row is in `large_values`, so that rows stay small to list; the triggers delete it with its row.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE large_values (id INTEGER PRIMARY KEY, value TEXT NOT NULL);

  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT,
    session TEXT,
    session_length INTEGER,
    value TEXT,
    large INTEGER,
    owner TEXT,
    lease_until INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    is_cancel_requested INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  );
  CREATE INDEX runs_by_status ON runs (agent, status, number);

  CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT,
    large INTEGER,
    inbox INTEGER
  );
  CREATE UNIQUE INDEX steps_by_key ON steps (run, key);

  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    value TEXT,
    large INTEGER
  );
  CREATE UNIQUE INDEX events_by_number ON events (run, number);

  CREATE TABLE inbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    id TEXT NOT NULL,
    value TEXT,
    large INTEGER
  );
  CREATE UNIQUE INDEX inbox_by_id ON inbox (run, id);

  CREATE TABLE sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    name TEXT,
    folder TEXT,
    parent TEXT,
    parent_length INTEGER,
    length INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX sessions_by_name ON sessions (agent, name);
  CREATE INDEX sessions_by_parent ON sessions (parent);
  CREATE INDEX sessions_by_time ON sessions (updated_at);

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    position INTEGER NOT NULL,
    run INTEGER,
    value TEXT,
    large INTEGER
  );
  CREATE UNIQUE INDEX messages_by_position ON messages (session, position);

  ${['runs', 'steps', 'events', 'inbox', 'messages'].map(largeTrigger).join('\n')}
  `,
  // Every question of a conversation looks for its last run.
  'CREATE INDEX runs_by_session ON runs (session, number);',
];

function largeTrigger(table: string): string {
  return `CREATE TRIGGER ${table}_large AFTER DELETE ON ${table} WHEN OLD.large IS NOT NULL
    BEGIN DELETE FROM large_values WHERE id = OLD.large; END;`;
}

/** SQLite takes a file that is shorter than a page for an empty one. */
export function hasNoPages(connection: Connection): boolean {
  return connection.get('PRAGMA page_count')?.integer('page_count') === 0;
}

/** Refuses a file of another program or of a later version, before anything of it is changed. */
export function checkIdentity(connection: Connection): void {
  const id = pragma(connection, 'application_id');
  const version = pragma(connection, 'user_version');
  if (id === APPLICATION_ID && version > MIGRATIONS.length) {
    const remedy = 'update vllm-agents, or name another file';
    const message = `The store ${connection.path} is of version ${version}, and this program knows versions up to ${MIGRATIONS.length}: ${remedy}.`;
    throw new StoreError('store_newer', message);
  }
  const isEmpty = connection.all('SELECT name FROM sqlite_schema LIMIT 1').length === 0;
  if (id !== APPLICATION_ID && !(id === 0 && version === 0 && isEmpty)) {
    throw new StoreError('store_damaged', damaged(connection.path));
  }
}

/** Brings the file to the version of this program. Several processes may do so at once. */
export function migrate(connection: Connection): void {
  if (pragma(connection, 'user_version') === MIGRATIONS.length) return;
  connection.transaction(() => {
    // Another process may have been here while this one waited for the lock.
    const version = pragma(connection, 'user_version');
    for (const migration of MIGRATIONS.slice(version)) connection.exec(migration);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    connection.exec(`PRAGMA user_version = ${Math.max(version, MIGRATIONS.length)}`);
  });
}

function pragma(connection: Connection, name: 'application_id' | 'user_version'): number {
  return connection.get(`PRAGMA ${name}`)?.integer(name) ?? 0;
}
