// Owns the commands about what is stored: which there are, and finding the one that is meant. They are left to the files beside it.

import { nearName } from '../../core/known-names.ts';
import { EXIT } from '../help.ts';
import type { Io } from '../io.ts';
import type { StoreCommand } from '../store-command-names.ts';
import { UsageError } from '../usage-error.ts';
import type { StoredCommand, StoreProgram } from './command.ts';
import { FILE_COMMANDS } from './file-commands.ts';
import { RUN_COMMANDS } from './run-commands.ts';
import { SESSION_COMMANDS } from './session-commands.ts';

const GROUPS: Readonly<Record<StoreCommand, Readonly<Record<string, StoredCommand>>>> = {
  runs: RUN_COMMANDS,
  sessions: SESSION_COMMANDS,
  store: FILE_COMMANDS,
};

/** Runs the command of the first two words. Throws a UsageError, or a StoreError. */
export async function runStoreCommand(io: Io, program?: StoreProgram): Promise<number> {
  const [group = '', ...rest] = io.args;
  if (!isGroup(group)) throw new UsageError(`There is no command ${group}.`);
  const commands = GROUPS[group];
  const [first] = rest;
  if (first === '--help' || first === '-h' || rest.includes('--help')) {
    io.out.write(usageOf(group));
    return EXIT.done;
  }
  const isNamed = first !== undefined && !first.startsWith('-');
  const name = isNamed ? first : 'list';
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(unknown(group, isNamed ? name : undefined));
  return await command.run({ io, args: isNamed ? rest.slice(1) : rest, program });
}

function isGroup(name: string): name is StoreCommand {
  return Object.hasOwn(GROUPS, name);
}

function unknown(group: StoreCommand, name: string | undefined): string {
  const names = Object.keys(GROUPS[group]);
  const near = name === undefined ? undefined : nearName(name, names);
  const hint = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${group} ${near}?`;
  return name === undefined ? `${group} needs a command. ${hint}` : `There is no command ${group} ${name}. ${hint}`;
}

function usageOf(group: StoreCommand): string {
  const lines = Object.entries(GROUPS[group]).map(([name, { usage, description }]) => {
    return `  ${`${group} ${name} ${usage}`.trim().padEnd(34)}  ${description}`;
  });
  return `${lines.join('\n')}\n\nFlags: --store FILE, --json. An id may be shortened to its beginning.\n`;
}
