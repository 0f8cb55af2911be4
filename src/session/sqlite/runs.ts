// Owns runs in the tables: creating, listing, leases, ends. Their steps and events are left to `steps.ts`.
// What writes checks before its first write.

import type { Outcome } from '../../core/run-event.ts';
import { StoreError } from '../store-error.ts';
import type { Claim, EndedRun, Lease, LeaseState, NewRun, RunFilter, RunStatus, StoredRun } from '../stored-run.ts';
import type { Connection, Row } from './connection.ts';
import { selectText, storeText } from './values.ts';

/** What `runs.value` holds. */
type RunText = Pick<StoredRun, 'input' | 'settings'>;

const SELECT_RUN = `SELECT id, agent, status, outcome, session, session_length, ${selectText('runs')}, owner, lease_until,
  is_cancel_requested, created_at, updated_at FROM runs`;

/** `text` is the JSON of the input and the settings. */
export function createRun(
  connection: Connection,
  run: NewRun,
  text: string,
  now: number,
): { run: StoredRun; isNew: boolean } {
  const known = readRun(connection, run.runId, now);
  if (known !== undefined) return { run: known, isNew: false };
  const { runId, agent, session } = run;
  connection.run(
    `INSERT INTO runs (id, agent, status, session, session_length, value, large, lease_until, fence, is_cancel_requested,
      created_at, updated_at) VALUES (?, ?, 'open', ?, ?, ?, ?, 0, 0, 0, ?, ?)`,
    runId,
    agent,
    session?.sessionId ?? null,
    session?.length ?? null,
    ...storeText(connection, text),
    now,
    now,
  );
  return { run: readRun(connection, runId, now) ?? missing(runId), isNew: true };
}

export function readRun(connection: Connection, runId: string, now: number): StoredRun | undefined {
  const row = connection.get(`${SELECT_RUN} WHERE id = ?`, runId);
  return row && runOf(row, now);
}

const DEFAULT_LIMIT = 100;

export function listRuns(connection: Connection, filter: RunFilter, now: number): readonly StoredRun[] {
  const { agent, status, sessionId, before, limit = DEFAULT_LIMIT } = filter;
  // Only the conditions that are asked for: an index serves no condition that may be left out.
  const conditions: readonly (readonly [sql: string, value: string | undefined])[] = [
    ['agent = ?', agent],
    ['status = ?', status],
    ['session = ?', sessionId],
    ['number < (SELECT number FROM runs WHERE id = ?)', before],
  ];
  const wanted = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(({ sql }) => sql).join(' AND ')}`;
  const values = wanted.map(({ value }) => value);
  const rows = connection.all(`${SELECT_RUN} ${where} ORDER BY number DESC LIMIT ?`, ...values, limit);
  return rows.map((row) => runOf(row, now));
}

function runOf(row: Row, now: number): StoredRun {
  const sessionId = row.optionalText('session');
  const leaseUntil = row.integer('lease_until');
  return {
    runId: row.text('id'),
    agent: row.text('agent'),
    ...row.json<RunText>('value'),
    ...(sessionId !== null && { session: { sessionId, length: row.integer('session_length') } }),
    status: row.text('status') as RunStatus, // only these are written
    outcome: row.optionalJson<Outcome>('outcome'),
    owner: leaseUntil > now ? row.optionalText('owner') : null,
    leaseUntil,
    isCancelRequested: row.integer('is_cancel_requested') === 1,
    createdAt: row.integer('created_at'),
    updatedAt: row.integer('updated_at'),
  };
}

/** Of a completed run too, which stays completed: playing it again changes nothing. */
const CLAIM = `UPDATE runs SET owner = ?1, lease_until = ?2, fence = fence + 1, updated_at = ?3,
  status = CASE status WHEN 'completed' THEN status ELSE 'open' END,
  outcome = CASE status WHEN 'completed' THEN outcome ELSE NULL END`;

export function claimRun(connection: Connection, runId: string, claim: Claim, now: number): Lease | undefined {
  if (connection.get('SELECT number FROM runs WHERE id = ?', runId) === undefined) missing(runId);
  const { takeFrom = null } = claim;
  const where = 'id = ?4 AND (lease_until <= ?3 OR owner = ?5)';
  return claimed(connection, `${CLAIM} WHERE ${where}`, [runId, takeFrom], claim, now)[0];
}

export function claimRuns(
  connection: Connection,
  agent: string,
  limit: number,
  claim: Claim,
  now: number,
): readonly Lease[] {
  const free = `SELECT number FROM runs WHERE agent = ?4 AND status = 'open' AND lease_until <= ?3 ORDER BY number LIMIT ?5`;
  return claimed(connection, `${CLAIM} WHERE number IN (${free})`, [agent, limit], claim, now);
}

function claimed(
  connection: Connection,
  sql: string,
  values: readonly (string | number | null)[],
  { owner, leaseMs }: Claim,
  now: number,
): readonly Lease[] {
  const until = now + leaseMs;
  return connection
    .all(`${sql} RETURNING id, fence, number`, owner, until, now, ...values)
    .toSorted((one, other) => one.integer('number') - other.integer('number'))
    .map((row) => ({ runId: row.text('id'), owner, fence: row.integer('fence'), until }));
}

export function renewLease(connection: Connection, lease: Lease, leaseMs: number, now: number): LeaseState {
  const until = now + leaseMs;
  const row = connection.get(
    'UPDATE runs SET lease_until = ? WHERE id = ? AND fence = ? AND owner IS NOT NULL RETURNING is_cancel_requested',
    until,
    lease.runId,
    lease.fence,
  );
  if (row === undefined) return { lease: null, isCancelRequested: false };
  return { lease: { ...lease, until }, isCancelRequested: row.integer('is_cancel_requested') === 1 };
}

export function releaseRun(connection: Connection, lease: Lease, ended: EndedRun | undefined, now: number): void {
  const number = requireLease(connection, lease);
  const free = 'owner = NULL, lease_until = 0, updated_at = ?';
  // Somebody may have decided after the run has looked.
  if (ended === undefined || (ended.outcome.type === 'waiting' && hasUnread(connection, number, ended.inbox ?? 0))) {
    connection.run(`UPDATE runs SET ${free} WHERE number = ?`, now, number);
    return;
  }
  connection.run(
    `UPDATE runs SET ${free}, status = ?, outcome = ?, is_cancel_requested = 0 WHERE number = ?`,
    now,
    ended.outcome.type,
    JSON.stringify(ended.outcome),
    number,
  );
}

function hasUnread(connection: Connection, run: number, position: number): boolean {
  return (
    connection.get('SELECT 1 AS found FROM inbox WHERE run = ? AND position > ? LIMIT 1', run, position) !== undefined
  );
}

export function cancelRun(connection: Connection, runId: string, now: number): void {
  const run = readRun(connection, runId, now) ?? missing(runId);
  if (run.status !== 'open' && run.status !== 'waiting') return;
  if (run.owner !== null) connection.run('UPDATE runs SET is_cancel_requested = 1 WHERE id = ?', runId);
  else {
    const outcome: Outcome = { type: 'aborted' };
    connection.run(
      'UPDATE runs SET status = ?, outcome = ?, updated_at = ? WHERE id = ?',
      outcome.type,
      JSON.stringify(outcome),
      now,
      runId,
    );
  }
}

/** For the run of a lease: its id is the fourth value of the statement, the fence the fifth. As `requireLease`, but says nothing. */
export const HOLDS_LEASE = 'runs.id = ?4 AND runs.fence = ?5 AND runs.owner IS NOT NULL';

/** The number of a run in the tables. Throws when another process has claimed it, or when the lease was given back. */
export function requireLease(connection: Connection, { runId, fence }: Lease): number {
  const row = connection.get('SELECT number, fence, owner FROM runs WHERE id = ?', runId) ?? missing(runId);
  if (row.integer('fence') === fence && row.optionalText('owner') !== null) return row.integer('number');
  throw new StoreError(
    'lease_lost',
    `Another process has taken over the run ${runId}: this one does not write to it any more.`,
  );
}

export function missing(runId: string): never {
  throw new StoreError('not_found', `The store has no run ${runId}.`);
}
