// Owns what is read of the process around a program: variables, the file `.env`, folders. What they are for is left to the callers.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
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

/** The file of the store that programs share: in the folder that `VLLM_AGENTS_HOME` names, else where the platform keeps the state of programs. */
export function storeFile(
  env: Environment,
  { platform, home }: { readonly platform: string; readonly home: string } = {
    platform: process.platform,
    home: homedir(),
  },
): string {
  const { VLLM_AGENTS_HOME: own = '', XDG_STATE_HOME: state = '', LOCALAPPDATA: local = '' } = env;
  if (own !== '') return join(own, STORE_NAME);
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'vllm-agents', STORE_NAME);
    case 'win32':
      return join(local === '' ? join(home, 'AppData', 'Local') : local, 'vllm-agents', STORE_NAME);
    default:
      // https://specifications.freedesktop.org/basedir-spec/latest/ : a relative path is ignored.
      return join(isAbsolute(state) ? state : join(home, '.local', 'state'), 'vllm-agents', STORE_NAME);
  }
}

const STORE_NAME = 'store.db';
