// Owns opening the file of a store: its folder and rights, and the settings of the connection. Its tables are left to `schema.ts`.

import { statSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../store-error.ts';
import { Connection } from './connection.ts';
import type { OpenDatabase } from './database.ts';
import { checkIdentity, hasNoPages, migrate } from './schema.ts';
import { damaged, isBusy, storeErrorFrom, unwritable } from './sqlite-error.ts';

/** How long a statement waits for another process's transaction. Transactions take milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

const OPEN_ATTEMPTS = 50;
const OPEN_WAIT_MS = 20;

/** Conversations are private: nobody else may read them. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export async function openFile(path: string, openDatabase: OpenDatabase): Promise<Connection> {
  await createFile(path);
  for (let attempt = 1; ; attempt++) {
    try {
      return connect(path, openDatabase);
    } catch (error) {
      // The change to WAL needs the file alone and does not always wait: https://www.sqlite.org/wal.html
      if (!isBusy(error) || attempt === OPEN_ATTEMPTS) throw storeErrorFrom(error, path);
      await wait(OPEN_WAIT_MS);
    }
  }
}

/** SQLite gives the files beside it, which hold the same data, the rights of this one. */
async function createFile(path: string): Promise<void> {
  try {
    await createFolder(dirname(path));
    const file = await open(path, 'a', FILE_MODE);
    await file.close();
  } catch (error) {
    throw new StoreError('store_unwritable', unwritable(path), error);
  }
}

/** Not by the option `recursive`, which never ends where the system lets nobody make a folder and says that there is none, as in `/proc`. */
async function createFolder(path: string): Promise<void> {
  if (await isMade(path)) return;
  if (dirname(path) !== path) await createFolder(dirname(path));
  await mkdir(path, { mode: FOLDER_MODE }).catch((error: unknown) => {
    // Another process has made it meanwhile.
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/** False when the folder in which it would be is missing. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    if (codeOf(error) === 'EEXIST') return true;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function connect(path: string, openDatabase: OpenDatabase): Connection {
  const connection = new Connection(openDatabase(path), path);
  try {
    // Before anything else, for everything else may have to wait.
    connection.all(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // Another process may begin the file at this moment.
    connection.snapshot(() => checkIdentity(connection));
    // What is left of a file that was cut must not pass for a new store. Its size is read before its pages, for the same reason.
    const { size } = statSync(path);
    if (size > 0 && hasNoPages(connection)) throw new StoreError('store_damaged', damaged(path));
    connection.all('PRAGMA journal_mode = WAL');
    // In WAL, anything less may lose the last transactions when the machine loses power.
    connection.exec('PRAGMA synchronous = FULL');
    migrate(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw storeErrorFrom(error, path);
  }
}
