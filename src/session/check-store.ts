// Owns whether the file of a store is whole: what SQLite says of it, and what the tables say of each other. It changes nothing in them.

import { statSync } from 'node:fs';
import type { Connection } from './sqlite/connection.ts';
import type { DatabaseName, OpenDatabase } from './sqlite/database.ts';
import { loadDatabase } from './sqlite/database.ts';
import { openFile } from './sqlite/open-file.ts';
import { storeErrorFrom } from './sqlite/sqlite-error.ts';
import { StoreError } from './store-error.ts';

export interface StoreReport {
  readonly path: string;
  /** Sentences; none when the store is whole. */
  readonly problems: readonly string[];
  readonly runs: number;
  readonly sessions: number;
  readonly messages: number;
  /** The size of the file and of those beside it. */
  readonly bytes: number;
}

export interface CheckOptions {
  readonly path: string;
  readonly database?: DatabaseName | OpenDatabase;
}

/** Rejects with a StoreError when there is no file, or when it is of a later version. */
export async function checkStoreFile({ path, database }: CheckOptions): Promise<StoreReport> {
  const bytes = sizeOf(path);
  if (bytes === 0) throw new StoreError('not_found', `There is no store ${path}.`);
  const openDatabase = typeof database === 'function' ? database : await loadDatabase(database);
  try {
    const connection = await openFile(path, openDatabase);
    try {
      return { path, problems: problemsOf(connection), ...countsOf(connection), bytes };
    } finally {
      connection.close();
    }
  } catch (error) {
    const known = storeErrorFrom(error, path);
    if (known.code !== 'store_damaged') throw known;
    return { path, problems: [known.message], runs: 0, sessions: 0, messages: 0, bytes };
  }
}

function sizeOf(path: string): number {
  const sizes = ['', '-wal'].map((end) => statSync(`${path}${end}`, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

function countsOf(connection: Connection): Pick<StoreReport, 'runs' | 'sessions' | 'messages'> {
  const count = (table: string): number =>
    connection.get(`SELECT count(*) AS count FROM ${table}`)?.integer('count') ?? 0;
  return { runs: count('runs'), sessions: count('sessions'), messages: count('messages') };
}

/** More of a kind are not listed: they have the same cause. */
const MAX_PROBLEMS = 10;

/** What must be true of every row, with what is said of the rows of which it is not. */
const RULES: readonly (readonly [sentence: string, sql: string])[] = [
  ...['steps', 'events', 'inbox'].map(
    (table) =>
      [
        `There are ${table} of a run that is not there.`,
        `SELECT count(*) AS count FROM ${table} WHERE run NOT IN (SELECT number FROM runs)`,
      ] as const,
  ),
  [
    'There are messages of a session that is not there.',
    'SELECT count(*) AS count FROM messages WHERE session NOT IN (SELECT number FROM sessions)',
  ],
  [
    'There are forks of a session that is not there.',
    'SELECT count(*) AS count FROM sessions WHERE parent IS NOT NULL AND parent NOT IN (SELECT id FROM sessions)',
  ],
  [
    'There are sessions with fewer messages than they should have.',
    `SELECT count(*) AS count FROM sessions WHERE length != coalesce(parent_length, 0) +
      (SELECT count(*) FROM messages WHERE session = sessions.number AND position >= coalesce(parent_length, 0))`,
  ],
  ...['runs', 'steps', 'events', 'inbox', 'messages'].map(
    (table) =>
      [
        `There are values of ${table} that are not JSON.`,
        `SELECT count(*) AS count FROM ${table} LEFT JOIN large_values ON large_values.id = ${table}.large
          WHERE NOT coalesce(json_valid(coalesce(${table}.value, large_values.value)), 0)`,
      ] as const,
  ),
];

function problemsOf(connection: Connection): readonly string[] {
  const said = connection
    .all(`PRAGMA integrity_check(${MAX_PROBLEMS})`)
    .map((row) => row.text('integrity_check'))
    .filter((line) => line !== 'ok');
  // What SQLite finds makes all the rest doubtful.
  if (said.length > 0) return said.map((line) => `SQLite: ${line}.`);
  return RULES.flatMap(([sentence, sql]) => {
    const count = connection.get(sql)?.integer('count') ?? 0;
    return count === 0 ? [] : [`${sentence} (${count})`];
  });
}
