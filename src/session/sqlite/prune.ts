// Owns removing what is old from the tables. When that is done is left to the callers.

import type { Pruned } from '../stored-run.ts';
import type { Connection } from './connection.ts';

/** In one transaction: other processes wait for its end. */
const AT_ONCE = 500;

/** Sessions that nobody has forked, with all of their runs ended, not changed since. */
const OLD_SESSIONS = `SELECT number, id FROM sessions WHERE updated_at < ?1
  AND NOT EXISTS (SELECT 1 FROM sessions AS forks WHERE forks.parent = sessions.id)
  AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.session = sessions.id
    AND (runs.status IN ('open', 'waiting') OR runs.updated_at >= ?1)) LIMIT ${AT_ONCE}`;

const OLD_RUNS = `SELECT number FROM runs WHERE session IS NULL AND status NOT IN ('open', 'waiting') AND updated_at < ?
  LIMIT ${AT_ONCE}`;

/** Removes a part of what is old; nothing when nothing is left. A fork that goes frees the session that it was forked from. */
export function pruneSome(connection: Connection, before: number): Pruned {
  const runs = removeRuns(connection, OLD_RUNS, before);
  const sessions = connection.all(OLD_SESSIONS, before);
  const runsOf = sessions.map((row) => {
    connection.run('DELETE FROM messages WHERE session = ?', row.integer('number'));
    connection.run('DELETE FROM sessions WHERE number = ?', row.integer('number'));
    return removeRuns(connection, 'SELECT number FROM runs WHERE session = ?', row.text('id'));
  });
  return { runs: runsOf.reduce((sum, count) => sum + count, runs), sessions: sessions.length };
}

function removeRuns(connection: Connection, select: string, value: string | number): number {
  const numbers = connection.all(select, value).map((row) => row.integer('number'));
  for (const number of numbers) {
    for (const table of ['steps', 'events', 'inbox']) connection.run(`DELETE FROM ${table} WHERE run = ?`, number);
    connection.run('DELETE FROM runs WHERE number = ?', number);
  }
  return numbers.length;
}
