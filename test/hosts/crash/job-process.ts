// Owns the program that runs the job and dies at a given point, as a killed process does: nothing of it runs any more.

import type { OpenDatabase } from '../../../src/index.ts';
import { openStore } from '../../../src/index.ts';
import { loadDatabase } from '../../../src/session/sqlite/database.ts';
import { runJob } from './job.ts';

export interface JobOrder {
  readonly path: string;
  readonly baseUrl: string;
  readonly effects: string;
  /** Milliseconds by which its clock is ahead: more than a lease for each process that died before. */
  readonly ahead: number;
  /** The number of the point at which it dies, from 1; 0 for none. */
  readonly dieAt: number;
}

const { path, baseUrl, effects, ahead, dieAt } = JSON.parse(process.argv[2] ?? '') as JobOrder;

let count = 0;
function point(_name: string): void {
  count++;
  if (count === dieAt) process.kill(process.pid, 'SIGKILL');
}

const load = await loadDatabase();
/** A transaction can be cut off before its end, and after it before anybody knows. */
const database: OpenDatabase = (file) => {
  const opened = load(file);
  const exec = (sql: string): void => {
    if (sql === 'COMMIT') point('before a commit');
    opened.exec(sql);
    if (sql === 'COMMIT') point('after a commit');
  };
  return { exec, prepare: (sql) => opened.prepare(sql), close: () => opened.close() };
};
const now = (): number => Date.now() + ahead;
const store = await openStore({ path, database, now });
await runJob({ store, baseUrl, effects, now, point });
await store.close();
process.stdout.write(String(count));
