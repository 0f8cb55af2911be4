// Owns `store`: where it is, whether it is whole, all of it as JSON, removing what is old. What that means for its file is left to the store.

import type { Store } from '../../session/store.ts';
import { StoreError } from '../../session/store-error.ts';
import { checkStore } from '../../setup/open-store.ts';
import { EXIT } from '../help.ts';
import { expandHome } from '../home-path.ts';
import { withoutSqliteWarning } from '../sqlite-warning.ts';
import { block, styled } from '../styled.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSetting, StoredCommand } from './command.ts';
import { readFlags, withStore, writeJson } from './command.ts';

export const FILE_COMMANDS: Readonly<Record<string, StoredCommand>> = {
  check: { usage: '', description: 'says whether the file is whole, and what is in it', run: check },
  export: { usage: '', description: 'prints all of it as JSON, a run or a conversation a line', run: exportAll },
  prune: { usage: '--older-than 30d', description: 'removes what has not changed for so long', run: prune },
};

async function check({ io, args }: CommandSetting): Promise<number> {
  const { file, isJson } = readFlags(args, 'plain', [0, 0, 'store check']);
  const path = file === undefined ? undefined : expandHome(file);
  const report = await withoutSqliteWarning(() => checkStore(path));
  const { problems, runs, sessions, messages, bytes } = report;
  if (isJson) writeJson(io, report);
  else {
    const size = `${(bytes / 1_000_000).toFixed(1)} MB`;
    io.out.write(
      styled`${report.path}: ${size}, ${String(runs)} runs, ${String(sessions)} conversations, ${String(messages)} messages\n`,
    );
    for (const problem of problems) io.out.write(styled`✗ ${block(problem)}\n`);
    io.out.write(
      problems.length === 0
        ? '✓ The store is whole.\n'
        : 'Restore it from a copy, or save what can be read: store export.\n',
    );
  }
  return problems.length === 0 ? EXIT.done : EXIT.failed;
}

const PAGE = 100;

async function exportAll({ io, args }: CommandSetting): Promise<number> {
  const { file } = readFlags(args, 'plain', [0, 0, 'store export']);
  return await withStore(io, file, async (store) => {
    let unread = 0;
    const write = async (what: string, read: () => Promise<object>): Promise<void> => {
      try {
        writeJson(io, await read());
      } catch (error) {
        // Of a damaged file all the rest may still be read.
        if (!(error instanceof StoreError)) throw error;
        unread++;
        io.err.write(styled`✗ ${what}: ${block(error.message)}\n`);
      }
    };
    for (const session of await store.listSessions({ limit: Number.MAX_SAFE_INTEGER })) {
      const { sessionId } = session;
      await write(`The session ${sessionId}`, async () => {
        return { type: 'session', session, messages: await store.readMessages(sessionId) };
      });
    }
    for (let before: string | undefined, isMore = true; isMore; ) {
      const runs = await store.listRuns({ limit: PAGE, ...(before !== undefined && { before }) });
      for (const run of runs) await write(`The run ${run.runId}`, () => wholeRun(store, run.runId, run));
      before = runs.at(-1)?.runId;
      isMore = runs.length === PAGE && !io.signal.aborted;
    }
    return unread === 0 ? EXIT.done : EXIT.failed;
  });
}

async function wholeRun(store: Store, runId: string, run: object): Promise<object> {
  const [steps, events, inbox] = await Promise.all([
    store.readSteps(runId),
    store.readEvents(runId),
    store.readInbox(runId),
  ]);
  return { type: 'run', run, steps, events, inbox };
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

async function prune({ io, args }: CommandSetting): Promise<number> {
  const { file, isJson, olderThan } = readFlags(args, 'prune', [0, 0, 'store prune --older-than 30d']);
  const [, count, unit = ''] = /^(\d{1,6})([dhm])$/.exec(olderThan ?? '') ?? [];
  if (count === undefined) throw new UsageError('store prune needs --older-than, such as 30d, 12h or 90m.');
  const before = io.clock() - Number(count) * (UNITS[unit] ?? 0);
  const pruned = await withStore(io, file, (store) => store.prune(Math.max(0, before)));
  if (isJson) writeJson(io, pruned);
  else io.err.write(`${pruned.runs} runs and ${pruned.sessions} conversations were removed.\n`);
  return EXIT.done;
}
