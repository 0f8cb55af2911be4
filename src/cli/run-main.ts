// Owns whether an agent's file is the program that was started. The process is left to `run-process.ts`, what it does to `main.ts`: both are
// loaded for a program alone.

import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Agent } from '../agent/agent.ts';
import type { ProgramOptions } from './main.ts';

/**
 * Makes an agent's file a program: `runMain(import.meta, agent)` as its last line. Does nothing when the file is
 * imported. Reads the command line, the environment and a file `.env`; sets the exit code.
 */
export async function runMain(meta: { readonly url: string }, agent: Agent, options?: ProgramOptions): Promise<void> {
  if (!isProgram(meta.url)) return;
  tellStarter();
  // Loaded on demand: a program that only imports the agent needs neither.
  const [{ main }, { runProcess }] = await Promise.all([import('./main.ts'), import('./run-process.ts')]);
  await runProcess(relative(process.cwd(), fileURLToPath(meta.url)), (io) => main(agent, io, options));
}

/** The command `vllm-agents` starts a file and has to know whether there is an agent in it. */
function tellStarter(): void {
  if (process.env[STARTED_BY_COMMAND] === undefined) return;
  // Not for the processes that this one starts.
  delete process.env[STARTED_BY_COMMAND];
  process.send?.(STARTED_BY_COMMAND, undefined, undefined, () => process.disconnect());
}

/** A variable that the command sets, and the message that it waits for. */
export const STARTED_BY_COMMAND = 'VLLM_AGENTS_STARTED_BY_COMMAND';

function isProgram(url: string): boolean {
  const [, started] = process.argv;
  if (started === undefined) return false;
  try {
    return realpathSync(started) === realpathSync(fileURLToPath(url));
  } catch {
    // Not a file: the program was given as a string, for example.
    return false;
  }
}
