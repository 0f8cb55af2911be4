#!/usr/bin/env node
// Owns the command `vllm-agents`: `doctor` checks a server, or an agent when its file is named; `run` runs the agent of a file.
// Starting a file is left to `agent-file.ts`, what is stored to the folder `store-commands`.

import { DefinitionError } from '../core/definition-error.ts';
import { nearName } from '../core/known-names.ts';
import { StoreError } from '../session/store-error.ts';
import { packageVersion } from '../setup/version.ts';
import { runAgentFile } from './agent-file.ts';
import { readArgs } from './args.ts';
import { examine } from './doctor/doctor.ts';
import { EXIT } from './help.ts';
import type { Io } from './io.ts';
import { runProcess } from './run-process.ts';
import { isStoreCommand, STORE_COMMANDS } from './store-command-names.ts';
import { block, styled } from './styled.ts';
import { UsageError } from './usage-error.ts';

const USAGE = `Usage: vllm-agents doctor [--base-url URL] [--model NAME] [--json] [agent.ts]
       vllm-agents run agent.ts [flags] ["question"]
       vllm-agents runs list|show|watch|approve|deny|cancel|send …
       vllm-agents sessions list|show|rename|fork|export …
       vllm-agents store check|export|prune …
       vllm-agents --version
`;

const COMMANDS = ['doctor', 'run', ...STORE_COMMANDS];

await runProcess('vllm-agents', async (io) => {
  try {
    return await command(io);
  } catch (error) {
    // Misuse of what the command uses, such as an address that is none, is misuse of the command.
    const isMisuse = error instanceof UsageError || error instanceof DefinitionError;
    if (!isMisuse && !(error instanceof StoreError)) throw error;
    io.err.write(styled`${block(error.message)}\n`);
    if (isMisuse) io.err.write(USAGE);
    return isMisuse ? EXIT.usage : EXIT.failed;
  }
});

async function command(io: Io): Promise<number> {
  const [name, ...rest] = io.args;
  if (name === 'run') return await runFile(rest, io);
  if (isStoreCommand(io.args)) {
    // Loaded on demand: the others do not need it.
    const { runStoreCommand } = await import('./store-commands/dispatch.ts');
    return await runStoreCommand(io);
  }
  const {
    isVersion,
    isHelp,
    isSimulated,
    question: file,
    baseUrl,
    model,
    isJson,
  } = readArgs(name === 'doctor' ? rest : io.args);
  if (isVersion || isHelp) {
    io.out.write(isHelp ? USAGE : `${packageVersion()}\n`);
    return EXIT.done;
  }
  if (name !== 'doctor') throw new UsageError(unknownCommand(name));
  if (isSimulated) throw new UsageError('doctor examines a server: leave out --simulate.');
  if (file === '') return await examine({ agent: undefined, baseUrl, model, isJson }, io);
  return await runAgentFile(file, ['--doctor', ...rest.filter((arg) => arg !== file)], io);
}

/** All but the file is for the agent's own program. */
async function runFile([file, ...args]: readonly string[], io: Io): Promise<number> {
  if (file === '--help' || file === '-h') {
    io.out.write(USAGE);
    return EXIT.done;
  }
  if (file === undefined || file.startsWith('-')) {
    throw new UsageError('run takes the file of an agent first: vllm-agents run agent.ts.');
  }
  return await runAgentFile(file, args, io);
}

function unknownCommand(name: string | undefined): string {
  if (name === undefined || name.startsWith('-')) return `A command is missing: ${listed('or')}.`;
  if (/\.[cm]?[jt]s$/.test(name))
    return `There is no command ${name}. To run an agent's file: vllm-agents run ${name}.`;
  const near = nearName(name, COMMANDS);
  return `There is no command ${name}. ${near === undefined ? `There are ${listed('and')}.` : `Did you mean ${near}?`}`;
}

function listed(word: 'and' | 'or'): string {
  return `${COMMANDS.slice(0, -1).join(', ')} ${word} ${COMMANDS.at(-1)}`;
}
