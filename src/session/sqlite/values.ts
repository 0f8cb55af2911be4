// Owns JSON texts in rows: small ones in the row, large ones apart. The tables are left to `schema.ts`.

import type { Connection } from './connection.ts';
import type { SqlValue } from './database.ts';

/** In characters. A larger text is kept apart. */
const MAX_TEXT_IN_ROW = 256 * 1024;

export function isLarge(text: string): boolean {
  return text.length > MAX_TEXT_IN_ROW;
}

/** The columns `value` and `large` of a text that is to be written. */
export function storeText(connection: Connection, text: string): readonly [value: SqlValue, large: SqlValue] {
  if (!isLarge(text)) return [text, null];
  const row = connection.get('INSERT INTO large_values (value) VALUES (?) RETURNING id', text);
  return [null, row?.integer('id') ?? null];
}

/** Reads the text of a row under the name `value`, wherever it is. */
export function selectText(table: string): string {
  return `coalesce(${table}.value, (SELECT value FROM large_values WHERE id = ${table}.large)) AS value`;
}
