// Owns what is read of the process around a program: variables, the file `.env`, folders. What they are for is left to the callers.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { whyUnreadable } from '../core/unreadable.ts';
import { parseEnvFile } from './env-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables; those of the file `.env` count where the process has none. `onProblem` is called when the file exists and cannot be read,
 * and for each of its lines that is no entry.
 */
export function readEnvironment(onProblem: (message: string) => void = () => undefined): Environment {
  return { ...readEnvFile(onProblem), ...process.env };
}

function readEnvFile(onProblem: (message: string) => void): Environment {
  try {
    const { values, problems } = parseEnvFile(readFileSync('.env'));
    for (const problem of problems) onProblem(problem);
    return values;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) onProblem(`The file .env cannot be read and is ignored: ${whyUnreadable(error)}.`);
    return {};
  }
}

/** The file in which sign-ins are kept. */
export function signInFile({ XDG_CONFIG_HOME: folder }: Environment): string {
  return join(
    folder === undefined || folder === '' ? join(homedir(), '.config') : folder,
    'vllm-agents',
    'sign-ins.json',
  );
}
