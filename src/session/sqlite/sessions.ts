// Owns sessions in the tables: their names, their logs, forks. What writes checks before its first write.

import type { Message } from '../../core/message.ts';
import { StoreError } from '../store-error.ts';
import type { Lease } from '../stored-run.ts';
import type { Fork, LoggedMessage, NewSession, SessionFilter, StoredSession } from '../stored-session.ts';
import type { Connection, Row } from './connection.ts';
import { requireLease } from './runs.ts';
import { selectText, storeText } from './values.ts';

const SELECT_SESSION = `SELECT number, id, agent, name, folder, parent, parent_length, length, created_at, updated_at
  FROM sessions`;

export function createSession(connection: Connection, session: NewSession, now: number): StoredSession {
  const { sessionId, agent, name = null, folder = null } = session;
  return insert(connection, {
    sessionId,
    agent,
    name,
    folder,
    parent: null,
    length: 0,
    createdAt: now,
    updatedAt: now,
  });
}

export function forkSession(connection: Connection, parentId: string, fork: Fork, now: number): StoredSession {
  const { agent, folder, length: longest } = readSession(connection, parentId) ?? missingSession(parentId);
  const { sessionId, length, name = null } = fork;
  if (length > longest) {
    throw new StoreError(
      'invalid',
      `The session ${parentId} has ${longest} messages: a fork cannot take over ${length}.`,
    );
  }
  const parent = { sessionId: parentId, length };
  return insert(connection, { sessionId, agent, name, folder, parent, length, createdAt: now, updatedAt: now });
}

function insert(connection: Connection, session: StoredSession): StoredSession {
  const { sessionId, agent, name, folder, parent, length, createdAt, updatedAt } = session;
  if (readSession(connection, sessionId) !== undefined) {
    throw new StoreError('name_taken', `There is a session with the id ${sessionId} already.`);
  }
  checkIsFree(connection, agent, name);
  connection.run(
    `INSERT INTO sessions (id, agent, name, folder, parent, parent_length, length, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    sessionId,
    agent,
    name,
    folder,
    parent?.sessionId ?? null,
    parent?.length ?? null,
    length,
    createdAt,
    updatedAt,
  );
  return session;
}

function checkIsFree(connection: Connection, agent: string, name: string | null): void {
  if (name === null) return;
  if (connection.get('SELECT 1 AS found FROM sessions WHERE agent = ? AND name = ?', agent, name) === undefined) return;
  throw new StoreError('name_taken', `There is a session of ${agent} with the name ${name} already.`);
}

export function renameSession(connection: Connection, sessionId: string, name: string | null, now: number): void {
  const session = readSession(connection, sessionId) ?? missingSession(sessionId);
  if (session.name === name) return;
  checkIsFree(connection, session.agent, name);
  connection.run('UPDATE sessions SET name = ?, updated_at = ? WHERE id = ?', name, now, sessionId);
}

export function readSession(connection: Connection, sessionId: string): StoredSession | undefined {
  const row = connection.get(`${SELECT_SESSION} WHERE id = ?`, sessionId);
  return row && sessionOf(row);
}

const DEFAULT_LIMIT = 100;

export function listSessions(connection: Connection, filter: SessionFilter): readonly StoredSession[] {
  const { agent = null, name = null, folder = null, limit = DEFAULT_LIMIT } = filter;
  const rows = connection.all(
    `${SELECT_SESSION} WHERE (?1 IS NULL OR agent = ?1) AND (?2 IS NULL OR name = ?2) AND (?3 IS NULL OR folder = ?3)
      ORDER BY updated_at DESC, number DESC LIMIT ?4`,
    agent,
    name,
    folder,
    limit,
  );
  return rows.map(sessionOf);
}

function sessionOf(row: Row): StoredSession {
  const parent = row.optionalText('parent');
  return {
    sessionId: row.text('id'),
    agent: row.text('agent'),
    name: row.optionalText('name'),
    folder: row.optionalText('folder'),
    parent: parent === null ? null : { sessionId: parent, length: row.integer('parent_length') },
    length: row.integer('length'),
    createdAt: row.integer('created_at'),
    updatedAt: row.integer('updated_at'),
  };
}

export interface AppendedTexts {
  readonly at: number;
  /** The JSON of each message. */
  readonly texts: readonly string[];
  readonly lease: Lease | undefined;
}

export function appendMessages(
  connection: Connection,
  sessionId: string,
  appended: AppendedTexts,
  now: number,
): number {
  const { at, texts, lease } = appended;
  const run = lease === undefined ? null : requireLease(connection, lease);
  const row = connection.get(`${SELECT_SESSION} WHERE id = ?`, sessionId) ?? missingSession(sessionId);
  const number = row.integer('number');
  const session = sessionOf(row);
  const mayAppend = run === null ? at === session.length : mayRunAppend(connection, session, { number, at, run });
  if (!mayAppend) {
    const message = `The session ${sessionId} has ${session.length} messages: these cannot be put at ${at}. Somebody else has continued it, or has forked it there.`;
    throw new StoreError('session_conflict', message);
  }
  connection.run('DELETE FROM messages WHERE session = ? AND position >= ?', number, at);
  for (const [offset, text] of texts.entries()) {
    connection.run(
      'INSERT INTO messages (session, position, run, value, large) VALUES (?, ?, ?, ?, ?)',
      number,
      at + offset,
      run,
      ...storeText(connection, text),
    );
  }
  const length = at + texts.length;
  connection.run('UPDATE sessions SET length = ?, updated_at = ? WHERE number = ?', length, now, number);
  return length;
}

interface Place {
  readonly number: number;
  readonly at: number;
  readonly run: number;
}

/** Whether a place is where the run began or follows a message of it, and whether nothing but its own messages is there or after it. */
function mayRunAppend(
  connection: Connection,
  { sessionId, length }: StoredSession,
  { number, at, run }: Place,
): boolean {
  const began = connection.get('SELECT session_length FROM runs WHERE number = ? AND session = ?', run, sessionId);
  if (began === undefined || at > length) return false;
  const start = began.integer('session_length');
  const others = connection.get(
    'SELECT 1 AS found FROM messages WHERE session = ? AND position >= ? AND run IS NOT ? LIMIT 1',
    number,
    at === start ? at : at - 1,
    run,
  );
  const fork = connection.get(
    'SELECT 1 AS found FROM sessions WHERE parent = ? AND parent_length > ? LIMIT 1',
    sessionId,
    at,
  );
  return at >= start && others === undefined && fork === undefined;
}

export function readMessages(connection: Connection, sessionId: string, from: number): readonly LoggedMessage[] {
  const parts: LoggedMessage[][] = [];
  let until = Number.MAX_SAFE_INTEGER;
  let id: string | undefined = sessionId;
  // From the session back to the one that it was first forked from.
  while (id !== undefined && from < until) {
    const row: Row = connection.get(`${SELECT_SESSION} WHERE id = ?`, id) ?? missingSession(id);
    const { parent } = sessionOf(row);
    parts.unshift(ownMessages(connection, row.integer('number'), from, until));
    until = Math.min(until, parent?.length ?? 0);
    id = parent?.sessionId;
  }
  return parts.flat();
}

function ownMessages(connection: Connection, session: number, from: number, until: number): LoggedMessage[] {
  return connection
    .all(
      `SELECT ${selectText('messages')}, (SELECT id FROM runs WHERE number = messages.run) AS run_id FROM messages
        WHERE session = ? AND position >= ? AND position < ? ORDER BY position`,
      session,
      from,
      until,
    )
    .map((row) => ({ message: row.json<Message>('value'), runId: row.optionalText('run_id') }));
}

function missingSession(sessionId: string): never {
  throw new StoreError('not_found', `The store has no session ${sessionId}.`);
}
