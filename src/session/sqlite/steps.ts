// Owns the steps, the events and the inbox of a run in the tables. The run itself is left to `runs.ts`.
// What writes checks before its first write.

import type { JsonValue } from '../../core/json.ts';
import type { RunEvent } from '../../core/run-event.ts';
import { StoreError } from '../store-error.ts';
import type { InboxEntry, Lease, RecordedStep } from '../stored-run.ts';
import type { Connection } from './connection.ts';
import { HOLDS_LEASE, missing, requireLease } from './runs.ts';
import { isLarge, selectText, storeText } from './values.ts';

/** `text` is the JSON of the value. */
export function recordStep(
  connection: Connection,
  lease: Lease,
  { key, inbox }: Pick<RecordedStep, 'key' | 'inbox'>,
  text: string,
): void {
  const { runId, fence } = lease;
  if (!isLarge(text) && connection.run(INSERT_STEP, key, inbox ?? null, text, runId, fence) === 1) return;
  const run = requireLease(connection, lease);
  if (connection.get('SELECT 1 AS found FROM steps WHERE run = ? AND key = ?', run, key) !== undefined) {
    throw new StoreError('already_recorded', `The step ${key} of the run ${lease.runId} is recorded already.`);
  }
  connection.run(
    'INSERT INTO steps (run, key, inbox, value, large) VALUES (?, ?, ?, ?, ?)',
    run,
    key,
    inbox ?? null,
    ...storeText(connection, text),
  );
}

/** What nearly every step takes, in one statement: every turn pays for it. It inserts nothing when anything is in the way. */
const INSERT_STEP = `INSERT INTO steps (run, key, inbox, value)
  SELECT number, ?1, ?2, ?3 FROM runs WHERE ${HOLDS_LEASE} ON CONFLICT (run, key) DO NOTHING`;

export function readSteps(connection: Connection, runId: string): readonly RecordedStep[] {
  const run = numberOf(connection, runId);
  return connection
    .all(`SELECT key, inbox, ${selectText('steps')} FROM steps WHERE run = ? ORDER BY id`, run)
    .map((row) => {
      const inbox = row.optionalInteger('inbox');
      return { key: row.text('key'), value: row.json<JsonValue>('value'), ...(inbox !== null && { inbox }) };
    });
}

export function recordEvent(connection: Connection, lease: Lease, number: number, text: string): void {
  const { runId, fence } = lease;
  if (!isLarge(text) && connection.run(INSERT_EVENT, number, number - 1, text, runId, fence) === 1) return;
  const run = requireLease(connection, lease);
  const hasOneBefore =
    number === 0 ||
    connection.get('SELECT 1 AS found FROM events WHERE run = ? AND number = ?', run, number - 1) !== undefined;
  if (!hasOneBefore) {
    throw new StoreError('invalid', `The run ${lease.runId} has no event ${number - 1}, so none can follow it.`);
  }
  connection.run('DELETE FROM events WHERE run = ? AND number >= ?', run, number);
  connection.run(
    'INSERT INTO events (run, number, value, large) VALUES (?, ?, ?, ?)',
    run,
    number,
    ...storeText(connection, text),
  );
}

/** The same for an event that follows the last one. */
const INSERT_EVENT = `INSERT INTO events (run, number, value)
  SELECT runs.number, ?1, ?3 FROM runs
  WHERE ${HOLDS_LEASE} AND coalesce((SELECT max(number) FROM events WHERE run = runs.number), -1) = ?2`;

export function readEvents(connection: Connection, runId: string, from: number): readonly RunEvent[] {
  const run = numberOf(connection, runId);
  return connection
    .all(`SELECT ${selectText('events')} FROM events WHERE run = ? AND number >= ? ORDER BY number`, run, from)
    .map((row) => row.json<RunEvent>('value'));
}

export function post(connection: Connection, runId: string, id: string, text: string): void {
  const row = connection.get('SELECT number, status FROM runs WHERE id = ?', runId) ?? missing(runId);
  const run = row.integer('number');
  if (connection.get('SELECT 1 AS found FROM inbox WHERE run = ? AND id = ?', run, id) !== undefined) return;
  if (row.text('status') === 'completed') {
    throw new StoreError('run_ended', `The run ${runId} is completed: it takes no more messages and decisions.`);
  }
  connection.run(
    'INSERT INTO inbox (run, id, value, large) VALUES (?, ?, ?, ?)',
    run,
    id,
    ...storeText(connection, text),
  );
  connection.run(`UPDATE runs SET status = 'open', outcome = NULL WHERE number = ? AND status = 'waiting'`, run);
}

export function readInbox(
  connection: Connection,
  runId: string,
  after: number,
): readonly (InboxEntry & { readonly position: number })[] {
  const run = numberOf(connection, runId);
  return connection
    .all(
      `SELECT position, ${selectText('inbox')} FROM inbox WHERE run = ? AND position > ? ORDER BY position`,
      run,
      after,
    )
    .map((row) => ({ ...row.json<InboxEntry>('value'), position: row.integer('position') }));
}

function numberOf(connection: Connection, runId: string): number {
  return (connection.get('SELECT number FROM runs WHERE id = ?', runId) ?? missing(runId)).integer('number');
}
