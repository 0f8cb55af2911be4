// Owns one connection to the file: prepared statements, rows, transactions, what its errors mean. The SQL is left to its users.

import { StoreError } from '../store-error.ts';
import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from './database.ts';
import { damaged, isBusy, storeErrorFrom } from './sqlite-error.ts';

export class Connection {
  readonly path: string;
  readonly #database: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();

  constructor(database: SqlDatabase, path: string) {
    this.#database = database;
    this.path = path;
  }

  /** For statements without values. Throws what the library throws. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Returns how many rows were changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  all(sql: string, ...values: SqlValue[]): readonly Row[] {
    return this.#prepare(sql)
      .all(...values)
      .map((row) => new Row(row as SqlRow, this.path)); // what SQLite gives for a row
  }

  /** The first row. Reads all: a statement that is left half read keeps its lock. */
  get(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.all(sql, ...values)[0];
  }

  /** All or nothing. Throws a StoreError. */
  transaction<T>(work: () => T): T {
    try {
      // Not deferred: a transaction that begins with a read cannot become a writing one while another writes.
      this.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.exec('COMMIT');
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    } catch (error) {
      throw storeErrorFrom(error, this.path);
    }
  }

  /** Several reads of the same moment, whatever other processes write meanwhile. Throws what the library throws. */
  snapshot<T>(read: () => T): T {
    this.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#rollBack();
    }
  }

  /** Reads what the last transaction has left. Throws a StoreError. */
  read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeErrorFrom(error, this.path);
    }
  }

  /** Writes the file anew without what was deleted, unless somebody else is using it. Throws a StoreError when the disk is full. */
  compact(): void {
    try {
      this.exec('VACUUM');
      this.all('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // The next time will do it.
      if (!isBusy(error)) throw storeErrorFrom(error, this.path);
    }
  }

  /** Moves what is in the log into the file, unless somebody else is using it. Whoever opens it next would do so. */
  emptyLog(): void {
    try {
      this.all('PRAGMA busy_timeout = 0');
      this.all('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // What was acknowledged is in the log, and stays there.
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #rollBack(): void {
    try {
      this.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full: https://www.sqlite.org/lang_transaction.html
    }
  }

  #prepare(sql: string): SqlStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** One row. A column of another type than the store writes means that the file is damaged. */
export class Row {
  readonly #row: SqlRow;
  readonly #path: string;

  constructor(row: SqlRow, path: string) {
    this.#row = row;
    this.#path = path;
  }

  text(column: string): string {
    const value = this.#row[column];
    return typeof value === 'string' ? value : this.#refuse();
  }

  optionalText(column: string): string | null {
    return this.#row[column] === null ? null : this.text(column);
  }

  integer(column: string): number {
    const value = this.#row[column];
    return typeof value === 'number' ? value : this.#refuse();
  }

  optionalInteger(column: string): number | null {
    return this.#row[column] === null ? null : this.integer(column);
  }

  /** The JSON in a column. The store writes nothing else there. */
  json<T>(column: string): T {
    try {
      return JSON.parse(this.text(column)) as T; // as it was written by the same column's writer
    } catch (cause) {
      throw cause instanceof StoreError ? cause : new StoreError('store_damaged', damaged(this.#path), cause);
    }
  }

  optionalJson<T>(column: string): T | null {
    return this.#row[column] === null ? null : this.json<T>(column);
  }

  #refuse(): never {
    throw new StoreError('store_damaged', damaged(this.#path));
  }
}
