// Owns the commands that decide on the calls of a run and go on with it. Only the agent's own program can go on; the command `vllm-agents`
// records the decision and names that program.

import type { Agent } from '../../agent/agent.ts';
import { checkAgent } from '../../agent/check-input.ts';
import type { PendingApproval } from '../../core/run-event.ts';
import { postDecisions, waitingCalls } from '../../session/decide.ts';
import type { Store } from '../../session/store.ts';
import { StoreError } from '../../session/store-error.ts';
import type { StoredRun } from '../../session/stored-run.ts';
import { isDead } from '../../setup/process-name.ts';
import { resumeOnce } from '../answer-once.ts';
import type { CliArgs } from '../args.ts';
import { readArgs } from '../args.ts';
import { Conversation } from '../conversation.ts';
import { callNameOf, commandLine } from '../go-on.ts';
import { EXIT } from '../help.ts';
import type { Io } from '../io.ts';
import { openSetting } from '../program-setting.ts';
import { openProgramStore } from '../program-store.ts';
import { readSettings, settingsOf } from '../run-settings.ts';
import { styled } from '../styled.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSetting, StoredCommand, StoreProgram } from './command.ts';
import { readFlags, withStore, writeJson } from './command.ts';
import { knownRun } from './known-run.ts';

export const RESUME_COMMANDS: Readonly<Record<string, StoredCommand>> = {
  resume: {
    usage: '[ID]',
    description: 'goes on with a run, or with all of the agent that were interrupted',
    run: (setting) => proceed(setting, undefined),
  },
  approve: {
    usage: 'ID [CALL]',
    description: 'allows the calls that it waits for, and goes on',
    run: (setting) => proceed(setting, true),
  },
  deny: {
    usage: 'ID [CALL]',
    description: 'refuses the calls that it waits for, and goes on',
    run: (setting) => proceed(setting, false),
  },
};

/** `decision` is undefined when there is none to give. */
async function proceed(setting: CommandSetting, decision: boolean | undefined): Promise<number> {
  const { io, args, program } = setting;
  if (program === undefined) return await withoutAgent(setting, decision);
  const cliArgs = program.withDefaults(readArgs(args));
  const words = cliArgs.words.filter((word) => word !== '-');
  const [id, call] = words;
  const name = decision === undefined ? 'resume' : decision ? 'approve' : 'deny';
  const most = decision === undefined ? 1 : 2;
  if (words.length > most || (id === undefined && decision !== undefined))
    throw new UsageError(`Write: runs ${name} ${RESUME_COMMANDS[name]?.usage}.`);
  await using opened = await openProgramStore({ ...cliArgs.stored, session: { type: 'known', name: undefined } }, io);
  const { store } = opened;
  if (store === undefined) throw new StoreError('store_unavailable', 'Nothing is stored here.');
  const runs = id === undefined ? await interrupted(store, program.agent) : [await knownRun(store, id)];
  for (const run of runs) if (decision !== undefined) await decide(store, run, { decision, call });
  return await resumeAll(runs, { program, cliArgs, io, store });
}

async function interrupted(store: Store, agent: Agent): Promise<readonly StoredRun[]> {
  const open = await store.listRuns({ agent: agent.name, status: 'open' });
  return open.filter(({ owner }) => owner === null || isDead(owner)).toReversed();
}

interface Parts {
  readonly program: StoreProgram;
  readonly cliArgs: CliArgs;
  readonly io: Io;
  readonly store: Store;
}

/** One after another, so that their answers do not mix. The exit code is that of the first that did not complete. */
async function resumeAll(runs: readonly StoredRun[], { program, cliArgs, io, store }: Parts): Promise<number> {
  const { agent } = program;
  checkAgent(agent);
  for (const run of runs) {
    if (run.agent === agent.name) continue;
    throw new StoreError('invalid', `The run ${run.runId} is of the agent ${run.agent}, not of ${agent.name}.`);
  }
  if (runs.length === 0) io.err.write('No run of this agent was interrupted.\n');
  if (runs.length === 0) return EXIT.done;
  await using setting = await openSetting(agent, cliArgs, io);
  let code: number = EXIT.done;
  for (const run of runs) {
    const parts = { store, session: undefined, name: null, folder: io.folder, settings: settingsOf(cliArgs, io) };
    const ended = await resumeOnce(run, { setting, conversation: new Conversation(parts), cliArgs, io });
    if (code === EXIT.done) code = ended;
    if (io.signal.aborted) break;
  }
  return code;
}

async function withoutAgent({ io, args }: CommandSetting, decision: boolean | undefined): Promise<number> {
  const { words, file, isJson } = readFlags(args, 'plain', [1, 2, 'runs approve ID [CALL]']);
  const [id = '', call] = words;
  return await withStore(io, file, async (store) => {
    const run = await knownRun(store, id);
    if (decision !== undefined) await decide(store, run, { decision, call });
    const { program = 'AGENT.ts' } = readSettings(run.settings);
    const command = commandLine({ program }, file, ['runs', 'resume', run.runId]);
    if (isJson) writeJson(io, await knownRun(store, run.runId));
    else if (decision === undefined)
      io.err.write(styled`Only the program of its agent can go on with it: ${command}\n`);
    else io.err.write(styled`The decision is recorded. The run goes on with: ${command}\n`);
    return decision === undefined ? EXIT.usage : EXIT.done;
  });
}

interface Decision {
  readonly decision: boolean;
  /** Which call; undefined: all that wait. */
  readonly call: string | undefined;
}

async function decide(store: Store, run: StoredRun, { decision, call }: Decision): Promise<void> {
  const waiting = await waitingCalls(store, run);
  if (waiting.length === 0) throw new StoreError('invalid', `No call of the run ${run.runId} waits for a decision.`);
  const chosen = call === undefined ? waiting : waiting.filter((one) => isMeant(one, call));
  if (chosen.length === 0) {
    const names = waiting.map(({ id }) => callNameOf(id)).join(', ');
    throw new StoreError(
      'invalid',
      `No call ${call} of the run ${run.runId} waits for a decision. These wait: ${names}.`,
    );
  }
  await postDecisions(store, run, Object.fromEntries(chosen.map(({ id }) => [id, decision])));
}

function isMeant({ id, callId }: PendingApproval, call: string): boolean {
  return id === call || callNameOf(id) === call || callId === call;
}
