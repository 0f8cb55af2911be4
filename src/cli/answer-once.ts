// Owns a program that answers one question, or goes on with what was interrupted, and ends. The chat is left to `chat.ts`.

import type { RunResult } from '../agent/run-options.ts';
import { StoreError } from '../session/store-error.ts';
import type { StoredRun } from '../session/stored-run.ts';
import type { CliArgs } from './args.ts';
import type { Conversation } from './conversation.ts';
import { hintAfter } from './go-on.ts';
import { EXIT } from './help.ts';
import type { Io } from './io.ts';
import type { ProgramSetting } from './program-setting.ts';
import { resumption } from './resumption.ts';
import { exitCodeOf, showRun } from './show-run.ts';
import { UsageError } from './usage-error.ts';

export interface OnceParts {
  readonly setting: ProgramSetting;
  readonly conversation: Conversation;
  readonly cliArgs: CliArgs;
  readonly io: Io;
}

/** A run of the conversation that has not ended goes on before the question is asked. Returns the exit code. */
export async function answerOnce(question: string | undefined, parts: OnceParts): Promise<number> {
  const { setting, conversation, cliArgs, io } = parts;
  const left = await conversation.unfinished();
  if (left === undefined && question === undefined) {
    throw new UsageError('The conversation has no run that was interrupted: give a question to go on with it.');
  }
  if (left !== undefined) {
    const code = await resumeOnce(left, parts);
    if (question === undefined || code !== EXIT.done) return code;
  }
  const { agent, options } = setting;
  return await ending(parts, async () => {
    const running = await conversation.ask(agent, question ?? '', options);
    return await showRun(running, agent, { io, ...cliArgs, onRenderer: setting.onRenderer });
  });
}

/** Goes on with a run, as it was started. Returns the exit code. */
export async function resumeOnce(run: StoredRun, parts: OnceParts): Promise<number> {
  const { setting, io, cliArgs } = parts;
  return await ending(parts, async () => {
    const { agent, running } = await resumption(run, { ...parts, agent: setting.agent, options: setting.options });
    return await showRun(running, agent, { io, ...cliArgs, onRenderer: setting.onRenderer });
  });
}

async function ending({ conversation, cliArgs, io }: OnceParts, run: () => Promise<RunResult>): Promise<number> {
  try {
    const { outcome, state } = await run();
    const hint = conversation.store && hintAfter(outcome, state.runId, { cliArgs, io });
    // A person who ends a run knows that; a program that reads the output has the outcome.
    if (hint !== undefined && (outcome.type === 'waiting' || io.err.isTty) && !cliArgs.isJson) io.err.write(hint);
    return exitCodeOf(outcome);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'run_released') throw error;
    io.err.write('The run was let go, and goes on when it is resumed (--continue).\n');
    return EXIT.interrupted;
  }
}
