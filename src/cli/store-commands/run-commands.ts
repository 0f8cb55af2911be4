// Owns `runs`: listing, showing, watching, cancelling stored runs and writing to them. Going on with one is left to `resume-commands.ts`.

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunEvent } from '../../core/run-event.ts';
import { waitingCalls } from '../../session/decide.ts';
import { storedState } from '../../session/session-state.ts';
import type { Store } from '../../session/store.ts';
import type { RunStatus, StoredRun } from '../../session/stored-run.ts';
import { EXIT } from '../help.ts';
import { exitCodeOf } from '../show-run.ts';
import { block, styled } from '../styled.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSetting, StoredCommand } from './command.ts';
import { readFlags, withStore, writeJson } from './command.ts';
import { knownRun } from './known-run.ts';
import { RESUME_COMMANDS } from './resume-commands.ts';
import { runLine, runPage, statusOf, turnLine } from './run-report.ts';

export const RUN_COMMANDS: Readonly<Record<string, StoredCommand>> = {
  list: {
    usage: '[--agent NAME] [--status STATUS] [--limit N]',
    description: 'lists runs, newest first',
    run: list,
  },
  show: { usage: 'ID', description: 'shows its turns, calls, times, tokens, and what it waits for', run: show },
  watch: { usage: 'ID', description: 'shows its turns as they are recorded, until it ends', run: watch },
  ...RESUME_COMMANDS,
  cancel: { usage: 'ID', description: 'ends it, in whatever process it runs', run: cancel },
  send: { usage: 'ID "text"', description: 'adds a message before its next turn', run: send },
};

const STATUSES: readonly RunStatus[] = ['open', 'waiting', 'completed', 'failed', 'aborted', 'limit', 'empty'];

function statusFrom(text: string | undefined): RunStatus | undefined {
  const found = STATUSES.find((status) => status === text);
  if (text === undefined || found !== undefined) return found;
  throw new UsageError(`--status takes ${STATUSES.join(', ')}, not ${JSON.stringify(text)}.`);
}

const DEFAULT_LIMIT = 20;

async function list({ io, args, program }: CommandSetting): Promise<number> {
  const flags = readFlags(args, 'runList', [0, 0, 'runs list, and flags']);
  const status = statusFrom(flags.status);
  const agent = flags.agent ?? program?.agent.name;
  const { limit = DEFAULT_LIMIT } = flags;
  const filter = { ...(agent !== undefined && { agent }), ...(status !== undefined && { status }), limit };
  const runs = await withStore(io, flags.file, (store) => store.listRuns(filter));
  for (const run of runs) {
    if (flags.isJson) writeJson(io, run);
    else io.out.write(styled`${runLine(run, io, io.out.isTty ? io.out.columns : PIPED_COLUMNS)}\n`);
  }
  if (runs.length === 0 && !flags.isJson) io.err.write('There are no runs.\n');
  return EXIT.done;
}

const PIPED_COLUMNS = 160;

async function show({ io, args }: CommandSetting): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [1, 1, 'runs show ID']);
  return await withStore(io, file, async (store) => {
    const run = await knownRun(store, words[0] ?? '');
    const events = await store.readEvents(run.runId);
    const state = await storedState(store, run.runId);
    const waiting = await waitingCalls(store, run);
    if (isJson) writeJson(io, { run, state, waiting });
    else io.out.write(runPage({ run, events, state, waiting }));
    return EXIT.done;
  });
}

/** How often the store is read. */
const WATCH_MS = 250;

async function watch({ io, args }: CommandSetting): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [1, 1, 'runs watch ID']);
  return await withStore(io, file, async (store) => {
    const { runId } = await knownRun(store, words[0] ?? '');
    let seen = 0;
    for (;;) {
      // Before the events: those of a run that has ended by now are all there.
      const run = await knownRun(store, runId);
      const events = await store.readEvents(runId, seen);
      seen += events.length;
      for (const event of events)
        if (isJson) writeJson(io, event);
        else showEvent(io, event);
      if (run.outcome !== null) return exitCodeOf(run.outcome);
      if (run.owner === null) {
        io.err.write('No process runs it.\n');
        return EXIT.waiting;
      }
      await wait(WATCH_MS, undefined, { signal: io.signal }).catch(() => undefined);
      if (io.signal.aborted) return EXIT.interrupted;
    }
  });
}

function showEvent({ out }: CommandSetting['io'], event: RunEvent): void {
  if (event.type === 'turn_end') out.write(styled`${turnLine(event)}\n`);
  if (event.type === 'turn_end' && event.messages.length === 1) {
    const [message] = event.messages;
    if (typeof message?.content === 'string') out.write(styled`${block(message.content)}\n`);
  }
  if (event.type === 'run_end') out.write(styled`${event.outcome.type}\n`);
}

async function cancel({ io, args }: CommandSetting): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [1, 1, 'runs cancel ID']);
  return await withStore(io, file, async (store) => {
    const { runId } = await knownRun(store, words[0] ?? '');
    await store.cancelRun(runId);
    const run = await knownRun(store, runId);
    if (isJson) writeJson(io, run);
    else io.err.write(styled`${cancelled(run)}\n`);
    return EXIT.done;
  });
}

function cancelled(run: StoredRun): string {
  if (run.isCancelRequested) return 'Its process has been asked to end it, and does so within seconds.';
  return run.outcome?.type === 'aborted' ? 'It is cancelled.' : `It had ended already: ${statusOf(run)}.`;
}

async function send({ io, args }: CommandSetting): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [2, 2, 'runs send ID "text"']);
  const [id = '', text = ''] = words;
  if (text.trim() === '') throw new UsageError('A message needs a text.');
  return await withStore(io, file, async (store) => {
    const { runId } = await knownRun(store, id);
    await store.post(runId, { type: 'message', id: randomUUID(), message: { role: 'user', content: text } });
    return await sent(store, runId, { io, isJson });
  });
}

async function sent(
  store: Store,
  runId: string,
  { io, isJson }: { readonly io: CommandSetting['io']; readonly isJson: boolean },
): Promise<number> {
  const run = await knownRun(store, runId);
  const rest =
    run.owner === null ? 'No process runs it: it is read when the run is resumed.' : 'It is read before the next turn.';
  if (isJson) writeJson(io, run);
  else io.err.write(`The message is sent. ${rest}\n`);
  return EXIT.done;
}
