// Owns what opening a file comes to: rights, files that are no store, of another version, cut or damaged. What a store does is left to
// the conformance suite.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenDatabase, SqlDatabase, Store } from '../../src/index.ts';
import { openStore, StoreError } from '../../src/index.ts';
import { loadDatabase } from '../../src/session/sqlite/database.ts';
import { bundle } from '../support/bundle.ts';
import { DATABASES } from './databases.ts';

let folder = '';
let program = '';
let files = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  program = await bundle(new URL('store-process.ts', import.meta.url));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(program);
});

const newPath = (): string => join(folder, `${files++}.db`);
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const RUN = { runId: 'a', agent: 'tested', input: [] };

describe.each(DATABASES)('on %s', (name) => {
  let load: OpenDatabase;
  beforeAll(async () => {
    load = await loadDatabase(name);
  });

  /** Works on the file beside the store, as another program could. */
  function edit(path: string, ...sql: readonly string[]): void {
    const database = load(path);
    for (const one of sql) database.exec(one);
    database.close();
  }

  async function refusal(path: string): Promise<Pick<StoreError, 'code' | 'message'>> {
    try {
      const store = await openStore({ path, database: name });
      await store.close();
    } catch (error) {
      if (error instanceof StoreError) return { code: error.code, message: error.message };
      throw error;
    }
    throw new Error('It opens.');
  }

  test('nobody but the owner may read a new store, and all of its files', async () => {
    const path = join(folder, `new ${files++}`, 'deep', 'store.db');
    const store = await openStore({ path, database: name });
    await store.createRun(RUN);
    const modes = ['', '-wal', '-shm'].map((suffix) => modeOf(path + suffix));
    expect([modeOf(join(path, '..')), modeOf(join(path, '../..')), ...modes]).toEqual([
      '700',
      '700',
      '600',
      '600',
      '600',
    ]);
    await store.close();
    // The log is empty, if it is still there.
    expect(existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0).toBe(0);
  });

  test('the rights of a folder and a file that are there stay as they are', async () => {
    const path = newPath();
    writeFileSync(path, '');
    chmodSync(path, 0o640);
    const before = modeOf(folder);
    await (await openStore({ path, database: name })).close();
    expect([modeOf(path), modeOf(folder)]).toEqual(['640', before]);
  });

  test('a place where nothing can be written is refused with the path and what to do', async () => {
    const file = newPath();
    writeFileSync(file, 'a file');
    for (const path of [join(file, 'store.db'), folder]) {
      expect(await refusal(path)).toEqual({
        code: 'store_unwritable',
        message: `The store ${path} cannot be opened for writing: check the rights of the file and its folder, or name another file.`,
      });
    }
  });

  test.skipIf(!existsSync('/proc/self'))(
    'a place in which no folder can be made is refused, and not tried for ever',
    async () => {
      expect((await refusal('/proc/nothing/deep/store.db')).code).toBe('store_unwritable');
    },
  );

  test('a folder and a file that are read-only are refused', async () => {
    chmodSync(folder, 0o755);
    const locked = join(folder, `locked ${files++}`);
    mkdirSync(locked);
    const path = join(locked, 'store.db');
    await (await openStore({ path, database: name })).close();
    chmodSync(path, 0o444);
    chmodSync(locked, 0o555);
    const env = { ...process.env, AS_NOBODY: '1' };
    for (const one of [path, join(locked, 'new.db'), join(locked, 'deep', 'new.db')]) {
      const { status, stderr } = spawnSync(process.execPath, [program, one, name], { env, encoding: 'utf8' });
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining(`StoreError: The store ${one} cannot be opened for writing`),
      ]);
    }
    chmodSync(locked, 0o755);
  });

  test.each(['page_count', 'application_id'])(
    'a file that another process begins after this one has read its %s is a store',
    async (read) => {
      const path = newPath();
      const begin = (file: string): void => {
        try {
          edit(
            file,
            'CREATE TABLE begun (one)',
            'DROP TABLE begun',
            `PRAGMA user_version = ${read === 'application_id' ? 1 : 0}`,
          );
        } catch {
          // It has to wait for the reader.
        }
      };
      const database: OpenDatabase = (file) => {
        const opened = load(file);
        const prepare: SqlDatabase['prepare'] = (sql) => {
          const statement = opened.prepare(sql);
          const all: typeof statement.all = (...values) => {
            const rows = statement.all(...values);
            // Another process comes between two looks at the file.
            if (sql.includes(read)) begin(path);
            return rows;
          };
          return { run: (...values) => statement.run(...values), all };
        };
        return { exec: (sql) => opened.exec(sql), prepare, close: () => opened.close() };
      };
      writeFileSync(path, '');
      const store = await openStore({ path, database });
      expect(await store.listRuns()).toEqual([]);
      await store.close();
    },
  );

  test('a file that is no store is refused and stays as it is', async () => {
    const [text, foreign, odd] = [newPath(), newPath(), newPath()];
    writeFileSync(text, 'Dear diary. '.repeat(1000));
    edit(foreign, 'CREATE TABLE notes (text TEXT)');
    edit(odd, 'PRAGMA application_id = 1');
    for (const path of [text, foreign, odd]) {
      const before = readFileSync(path);
      expect(await refusal(path)).toEqual({
        code: 'store_damaged',
        message: `The store ${path} is damaged, or is no store: restore it from a copy, or name another file.`,
      });
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test('a store of the first version is brought to the present one, with all that is in it', async () => {
    const path = newPath();
    const store = await openStore({ path, database: name });
    await store.createRun(RUN);
    await store.close();
    edit(path, 'DROP INDEX runs_by_session');
    edit(path, 'PRAGMA user_version = 1');
    const again = await openStore({ path, database: name });
    expect((await again.listRuns()).map(({ runId }) => runId)).toEqual([RUN.runId]);
    await again.close();
    // The index is there again.
    edit(path, 'DROP INDEX runs_by_session');
  });

  test('a store of a later version is refused and stays as it is', async () => {
    const path = newPath();
    await (await openStore({ path, database: name })).close();
    edit(path, 'PRAGMA user_version = 99');
    const before = readFileSync(path);
    expect(await refusal(path)).toEqual({
      code: 'store_newer',
      message: `The store ${path} is of version 99, and this program knows versions up to 2: update vllm-agents, or name another file.`,
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a text that is no JSON any more, and a value of another type, are damage', async () => {
    const path = newPath();
    const store = await openStore({ path, database: name });
    await store.createRun(RUN);
    edit(path, `UPDATE runs SET value = '{"input": ['`);
    await expect(store.readRun('a')).rejects.toMatchObject({ code: 'store_damaged' });
    edit(path, `UPDATE runs SET value = '{}', lease_until = 'x'`);
    await expect(store.listRuns()).rejects.toMatchObject({ code: 'store_damaged' });
    await store.close();
  });

  test('large values are kept apart, and go with their rows', async () => {
    const path = newPath();
    const store = await openStore({ path, database: name });
    await store.createRun(RUN);
    const lease = await store.claimRun('a', { owner: 'x', leaseMs: 1000 });
    if (lease === undefined) throw new Error('not claimed');
    const event = (chars: number) => ({ type: 'content', delta: 'x'.repeat(chars), index: 0 }) as const;
    const count = (): unknown => {
      const database = load(path);
      const rows = database.prepare('SELECT count(*) AS count FROM large_values').all();
      database.close();
      return (rows[0] as { count: number }).count;
    };
    const counts: unknown[] = [];
    // A text of JSON around it makes the first one just too large.
    for (const chars of [262_144, 262_000, 300_000]) {
      await store.recordEvent(lease, 0, event(chars));
      counts.push(count());
    }
    expect(counts).toEqual([1, 0, 1]);
    expect(await store.readEvents('a')).toEqual([event(300_000)]);
    await store.close();
  });

  /** Twenty steps with the store's files as they are then, and what is in them. */
  async function filledStore(): Promise<{ path: string; keys: readonly string[]; store: Store }> {
    const path = newPath();
    const store = await openStore({ path, database: name });
    await store.createRun(RUN);
    const lease = await store.claimRun('a', { owner: 'x', leaseMs: 1000 });
    const keys = Array.from({ length: 20 }, (_, at) => `t${at}/model`);
    for (const key of keys) if (lease !== undefined) await store.recordStep(lease, { key, value: key.repeat(300) });
    return { path, keys, store };
  }

  /** Opens a file that something happened to: the steps that it gives, or the refusal. */
  async function whatIsLeft(path: string): Promise<readonly unknown[] | string> {
    try {
      const store = await openStore({ path, database: name });
      try {
        const run = await store.readRun('a');
        return run === undefined ? [] : (await store.readSteps('a')).map(({ key, value }) => [key, value]);
      } finally {
        await store.close();
      }
    } catch (error) {
      if (error instanceof StoreError) return error.code;
      throw error;
    }
  }

  const isBeginning = (left: readonly unknown[], keys: readonly string[]): boolean =>
    JSON.stringify(left) === JSON.stringify(keys.slice(0, left.length).map((key) => [key, key.repeat(300)]));

  test('a file that was cut anywhere is refused, never read wrongly', async () => {
    const { path, keys, store } = await filledStore();
    await store.close();
    const { size } = statSync(path);
    const found = new Set<string>();
    const lengths = Array.from({ length: Math.ceil(size / 997) }, (_, at) => at * 997);
    for (const length of [1, 50, ...lengths]) {
      const cut = newPath();
      copyFileSync(path, cut);
      truncateSync(cut, length);
      const left = await whatIsLeft(cut);
      found.add(typeof left === 'string' ? left : `${left.length} steps at ${length}`);
      if (typeof left !== 'string') expect(isBeginning(left, keys)).toBe(true);
    }
    // An empty file is a new store.
    expect([...found].toSorted()).toEqual(['0 steps at 0', 'store_damaged']);
  });

  test('a log that was cut anywhere gives the first steps, whole', async () => {
    const { path, keys, store } = await filledStore();
    const [file, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
    await store.close();
    const lengths = new Set<number>();
    for (let length = 0; length <= log.length; length += 2003) {
      const cut = newPath();
      writeFileSync(cut, file);
      writeFileSync(`${cut}-wal`, log.subarray(0, length));
      const left = await whatIsLeft(cut);
      if (typeof left === 'string') throw new Error(left);
      expect(isBeginning(left, keys)).toBe(true);
      lengths.add(left.length);
    }
    expect(lengths.size).toBeGreaterThan(10);
  });

  test('all that is written in one moment is one transaction, and is acknowledged after it', async () => {
    const told: string[] = [];
    const counting: OpenDatabase = (path) => {
      const database: SqlDatabase = load(path);
      return {
        exec: (sql) => {
          if (/^(BEGIN|COMMIT)/.test(sql)) told.push(sql);
          return database.exec(sql);
        },
        prepare: (sql) => database.prepare(sql),
        close: () => database.close(),
      };
    };
    const store = await openStore({ path: newPath(), database: counting });
    told.length = 0;
    await Promise.all(
      ['a', 'b', 'c'].map(async (runId) => {
        await store.createRun({ ...RUN, runId });
        told.push(runId);
        await store.claimRun(runId, { owner: 'x', leaseMs: 1 });
        told.push(runId);
      }),
    );
    await store.close();
    const transaction = ['BEGIN IMMEDIATE', 'COMMIT', 'a', 'b', 'c'];
    expect(told).toEqual([...transaction, ...transaction]);
  });
});

test.skipIf(DATABASES.includes('node:sqlite'))('a library that is not there is said, with what to do', async () => {
  await expect(openStore({ path: newPath(), database: 'node:sqlite' })).rejects.toMatchObject({
    code: 'store_unavailable',
    message:
      'There is no SQLite for the store (node:sqlite): use Node 22.13 or later, or install the package `libsql`.',
  });
});
