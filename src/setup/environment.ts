// Owns what a program reads of the process around it: variables, a file `.env`, folders. Using it is left to the rest.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables, with those of a file `.env` under them. `onProblem` is told when the file is there and cannot be read. */
export function readEnvironment(onProblem: (message: string) => void = () => undefined): Environment {
  return { ...readEnvFile(onProblem), ...process.env };
}

function readEnvFile(onProblem: (message: string) => void): Environment {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) onProblem(`The file .env cannot be read and is left out: ${String(error)}`);
    return {};
  }
}

/** Where sign-ins are kept. */
export function signInFile({ XDG_CONFIG_HOME: folder }: Environment): string {
  return join(
    folder === undefined || folder === '' ? join(homedir(), '.config') : folder,
    'vllm-agents',
    'sign-ins.json',
  );
}
