// Owns finding the session that the flags mean, and the list from which a user chooses one. What the flags are is left to `store-choice.ts`.

import { visibleLine } from '../core/visible.ts';
import { findSession } from '../session/find-session.ts';
import type { Store } from '../session/store.ts';
import { StoreError } from '../session/store-error.ts';
import type { StoredSession } from '../session/stored-session.ts';
import { ageOf } from './age.ts';
import { cutToCells, padCells } from './cells.ts';
import type { Io } from './io.ts';
import { titleOf } from './message-text.ts';
import type { SessionChoice } from './store-choice.ts';
import type { Styled } from './styled.ts';
import { join, styled } from './styled.ts';
import { UsageError } from './usage-error.ts';

/** More are found by their names. */
export const MAX_LISTED = 20;

/** Undefined: a new one. Throws a UsageError when nothing can be chosen, a StoreError when there is none. */
export async function chooseSession(
  store: Store | undefined,
  choice: SessionChoice,
  { agent, io }: { readonly agent: string; readonly io: Io },
): Promise<StoredSession | undefined> {
  if (store === undefined) return undefined;
  const { folder } = io;
  switch (choice.type) {
    case 'new':
      return undefined;
    case 'named':
      return await findSession(store, agent, choice.name);
    case 'last': {
      const [last] = await store.listSessions({ agent, folder, limit: 1 });
      if (last !== undefined) return last;
      throw new StoreError('not_found', `There is no conversation with ${agent} in ${folder} to continue.`);
    }
    case 'known':
      return choice.name === undefined
        ? await askForSession(store, agent, io)
        : await knownSession(store, agent, choice.name);
    default:
      return choice satisfies never;
  }
}

/** By its name, its id, or the beginning of its id. */
async function knownSession(store: Store, agent: string, name: string): Promise<StoredSession> {
  const found = (await findSession(store, agent, name)) ?? (await startingWith(store, agent, name));
  if (found !== undefined) return found;
  throw new StoreError(
    'not_found',
    `There is no conversation with ${agent} of the name or id ${JSON.stringify(name)}.`,
  );
}

async function startingWith(store: Store, agent: string, start: string): Promise<StoredSession | undefined> {
  if (start.length < MIN_START) return undefined;
  const all = await store.listSessions({ agent, limit: SEARCHED });
  const found = all.filter(({ sessionId }) => sessionId.startsWith(start));
  return found.length === 1 ? found[0] : undefined;
}

/** Of an id. */
export const MIN_START = 4;
export const SEARCHED = 100_000;

async function askForSession(store: Store, agent: string, io: Io): Promise<StoredSession | undefined> {
  const { terminal, err, signal } = io;
  if (terminal === undefined) throw new UsageError('--resume needs a name, or a terminal in which to choose one.');
  const sessions = await store.listSessions({ agent, limit: MAX_LISTED });
  if (sessions.length === 0) throw new StoreError('not_found', `There is no conversation with ${agent} to resume.`);
  err.write(styled`${await sessionLines(store, sessions, io)}\n`);
  for (;;) {
    const read = await terminal.ask(`Which one? 1 to ${sessions.length} [1] `, { signal });
    if (read.type !== 'line') throw new UsageError('No conversation was chosen.');
    const text = read.text.trim();
    const chosen = text === '' ? sessions[0] : /^\d+$/.test(text) ? sessions[Number(text) - 1] : undefined;
    if (chosen !== undefined) return chosen;
  }
}

/** One numbered line for each: its name or the beginning of its id, its age, its first question. */
export async function sessionLines(store: Store, sessions: readonly StoredSession[], io: Io): Promise<Styled> {
  const lines = await Promise.all(
    sessions.map(async (session, at) => {
      const { name, sessionId, updatedAt, length } = session;
      const title = titleOf((await store.readMessages(sessionId)).map(({ message }) => message));
      const start = `${String(at + 1).padStart(3)}  ${padCells(cutToCells(name ?? sessionId.slice(0, 8), 20), 20)}`;
      const age = ageOf(updatedAt, io.clock()).padStart(10);
      const rest = `${start}  ${age}  ${String(length).padStart(4)} messages  ${title}`;
      return styled`${cutToCells(visibleLine(rest), io.err.columns - 1)}`;
    }),
  );
  return join(lines, '\n');
}
