// Owns running an agent's file as a program of its own, and saying so when there is no agent in it. What the program does is left to it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT } from './help.ts';
import type { Io } from './io.ts';
import { STARTED_BY_COMMAND } from './run-main.ts';
import { UsageError } from './usage-error.ts';

/** Resolves to the exit code of the program. Throws a UsageError when the file cannot be run. */
export async function runAgentFile(file: string, args: readonly string[], io: Io): Promise<number> {
  checkFile(file);
  const env = { ...process.env, [STARTED_BY_COMMAND]: '1' };
  const stdio: ('inherit' | 'ipc')[] = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(process.execPath, [...loaderFor(file), file, ...args], { stdio, env });
  let isAgent = false;
  child.on('message', (message) => {
    isAgent ||= message === STARTED_BY_COMMAND;
  });
  const pass = (): void => void child.kill('SIGTERM');
  // The terminal interrupts both programs, and what that means is for the agent's to say.
  const ignore = (): void => {};
  process.on('SIGTERM', pass).on('SIGINT', ignore);
  try {
    // What it has sent is read by the time that it is disconnected, which may be after its end.
    const ended = once(child, 'close');
    const [[code, signal]] = await Promise.all([ended, once(child, 'disconnect')]);
    if (code !== 0) return typeof code === 'number' ? code : signal === 'SIGINT' ? EXIT.interrupted : EXIT.failed;
    if (isAgent) return EXIT.done;
  } finally {
    process.off('SIGTERM', pass).off('SIGINT', ignore);
  }
  io.err.write(`${file} runs no agent: end it with runMain(import.meta, agent).\n`);
  return EXIT.usage;
}

function checkFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`There is no file ${file}.`);
  if (!found.isFile()) throw new UsageError(`${file} is no file.`);
}

/** tsx, where it is installed, reads TypeScript; newer versions of Node do by themselves. */
function loaderFor(file: string): readonly string[] {
  try {
    const tsx = createRequire(join(process.cwd(), 'package.json')).resolve('tsx');
    return ['--import', pathToFileURL(tsx).href];
  } catch {
    // It is not installed.
  }
  const isRead =
    !/\.[cm]?tsx?$/.test(file) || ('typescript' in process.features && process.features.typescript !== false);
  if (isRead) return [];
  throw new UsageError(`${file} is TypeScript, which this version of Node does not read: npm install tsx.`);
}
