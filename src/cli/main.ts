// Owns running an agent as a program, from its arguments to its exit code. The process itself is left to `run-process.ts`, what the flags mean
// to `program-setting.ts` and `program-store.ts`.

import type { Agent } from '../agent/agent.ts';
import { checkAgent } from '../agent/check-input.ts';
import { DefinitionError } from '../core/definition-error.ts';
import { unknownOption } from '../core/known-names.ts';
import { VllmError } from '../core/vllm-error.ts';
import { packageVersion } from '../setup/version.ts';
import { answerOnce } from './answer-once.ts';
import type { CliArgs } from './args.ts';
import { readArgs } from './args.ts';
import { chat } from './chat.ts';
import { Conversation } from './conversation.ts';
import { EXIT, helpText } from './help.ts';
import type { Io } from './io.ts';
import { openSetting, withServers } from './program-setting.ts';
import { openProgramStore } from './program-store.ts';
import { settingsOf } from './run-settings.ts';
import { chooseSession } from './session-choice.ts';
import { createIsShown } from './shown-warnings.ts';
import { isStoreCommand } from './store-command-names.ts';
import { block, styled } from './styled.ts';
import { UsageError } from './usage-error.ts';

/** What a program says beside its command line. */
export interface ProgramOptions {
  /** As if `--simulate` were always given; `--base-url` wins over it. Default false. */
  readonly simulate?: boolean;
}

/** Runs the agent as the command line says; returns the exit code. */
export async function main(agent: Agent, io: Io, options: ProgramOptions = {}): Promise<number> {
  try {
    checkAgent(agent);
    checkProgramOptions(options);
    if (isStoreCommand(io.args)) {
      // Loaded on demand: a run does not need it.
      const { runStoreCommand } = await import('./store-commands/dispatch.ts');
      return await runStoreCommand(io, { agent, withDefaults: (cliArgs) => withOptions(cliArgs, options) });
    }
    const cliArgs = withOptions(readArgs(io.args), options);
    if (cliArgs.isHelp) {
      io.out.write(helpText(agent, io.program));
      return EXIT.done;
    }
    if (cliArgs.isVersion) {
      io.out.write(`${packageVersion()}\n`);
      return EXIT.done;
    }
    if (cliArgs.isDoctor) {
      const { baseUrl, model, isJson } = cliArgs;
      const { examine } = await import('./doctor/doctor.ts');
      return await examine({ agent: await withServers(agent, cliArgs, io), baseUrl, model, isJson }, io);
    }
    return await answer(agent, await readQuestion(cliArgs, io), cliArgs, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err.write(styled`${block(error.message)}\nRun npx tsx ${io.program} --help for usage.\n`);
      return EXIT.usage;
    }
    if (!(error instanceof VllmError) && !(error instanceof DefinitionError)) throw error;
    io.err.write(styled`${block(error.message)}\n`);
    return error instanceof DefinitionError ? EXIT.usage : EXIT.failed;
  }
}

function checkProgramOptions(options: ProgramOptions): void {
  const wrong = unknownOption(options, { names: ['simulate'] });
  if (wrong !== undefined) throw new DefinitionError(`runMain: ${wrong}`);
}

function withOptions(cliArgs: CliArgs, options: ProgramOptions): CliArgs {
  const isSimulated = cliArgs.isSimulated || (options.simulate === true && cliArgs.baseUrl === undefined);
  return { ...cliArgs, isSimulated };
}

/**
 * The question of the command line, then the piped input; undefined for a chat, or to go on with a conversation as it is. Beside a question
 * the input is read only on request: it may be a pipe that never ends, or what the loop around this program reads from.
 */
async function readQuestion(cliArgs: CliArgs, io: Io): Promise<string | undefined> {
  const { question, wantsInput, isJson, stored } = cliArgs;
  const own = question.trim();
  if (own !== '' && !wantsInput) {
    if (io.isPiped) io.err.write('The piped input is not read: add - to have it read after the question.\n');
    return own;
  }
  const piped = (await io.readInput())?.trim();
  if (wantsInput && piped === undefined) throw new UsageError('- stands for piped input, but there is none.');
  const whole = [own, piped ?? ''].filter((part) => part !== '').join('\n\n');
  if (whole !== '') return whole;
  const goesOn = stored.session.type === 'last' || stored.session.type === 'known';
  if ((io.terminal === undefined || isJson) && !goesOn)
    throw new UsageError('No question was given: write one after the flags, or pipe one in.');
  return undefined;
}

async function answer(given: Agent, question: string | undefined, cliArgs: CliArgs, io: Io): Promise<number> {
  await using opened = await openProgramStore(cliArgs.stored, io);
  const { store } = opened;
  const choice = cliArgs.stored.session;
  const session = await chooseSession(store, choice, { agent: given.name, io });
  await using setting = await openSetting(given, cliArgs, io);
  const conversation = new Conversation({
    store,
    session,
    name: choice.type === 'named' ? choice.name : null,
    folder: io.folder,
    settings: settingsOf(cliArgs, io),
  });
  if (session !== undefined) await conversation.use(session);
  const { terminal } = io;
  const { isVerbose } = cliArgs;
  if (question === undefined && terminal !== undefined && !cliArgs.isJson)
    return await chat({ setting, conversation, cliArgs, isShown: createIsShown(isVerbose), io, terminal });
  return await answerOnce(question, { setting, conversation, cliArgs, io });
}
