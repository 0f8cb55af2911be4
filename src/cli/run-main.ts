// Owns the process of an agent's file: whether the file is the program, its input and output, its end. What it does is
// left to `main.ts`.

import { fstatSync, realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Agent } from '../agent/agent.ts';
import { readEnvironment } from '../setup/environment.ts';
import type { Io, Terminal } from './io.ts';
import type { ProgramOptions } from './main.ts';
import type { ProcessOutputs } from './output.ts';
import { printBug, processOutputs } from './output.ts';
import { createProcessTerminal } from './process-terminal.ts';
import { createSaveFile } from './save-file.ts';

/**
 * Makes an agent's file a program: `runMain(import.meta, agent)` as its last line. Does nothing when the file is
 * imported. Reads the command line, the environment and a file `.env`; sets the exit code.
 */
export async function runMain(meta: { readonly url: string }, agent: Agent, options?: ProgramOptions): Promise<void> {
  if (!isProgram(meta.url)) return;
  tellStarter();
  // Loaded on demand: a program that only imports the agent does not need it.
  const { main } = await import('./main.ts');
  await runProcess(relative(process.cwd(), fileURLToPath(meta.url)), (io) => main(agent, io, options));
}

/** Runs a program with this process as its `Io`, and sets the exit code that it returns. `name` is for the help text. */
export async function runProcess(name: string, program: (io: Io) => Promise<number>): Promise<void> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  const outputs = processOutputs(interrupt);
  const terminal = createProcessTerminal(outputs, interrupt);
  const crash = (error: unknown): never => {
    terminal.close();
    printBug(error, outputs.err);
    process.exit(1);
  };
  process.once('SIGTERM', interrupt);
  process.on('uncaughtException', crash);
  try {
    process.exitCode = await program(processIo(controller.signal, name, outputs, terminal.ofUser));
  } catch (error) {
    crash(error);
  } finally {
    terminal.close();
    process.off('SIGTERM', interrupt);
    process.off('uncaughtException', crash);
  }
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

function processIo(
  signal: AbortSignal,
  program: string,
  { out, err }: ProcessOutputs,
  terminal: Terminal | undefined,
): Io {
  return {
    args: process.argv.slice(2),
    env: readEnvironment((message) => err.write(`${message}\n`)),
    out,
    err,
    isPiped: isPiped(),
    readInput,
    terminal,
    saveFile: createSaveFile(),
    signal,
    now: () => performance.now(),
    every,
    program,
  };
}

function every(periodMs: number, work: () => void): () => void {
  const timer = setInterval(work, periodMs).unref();
  return () => clearInterval(timer);
}

/** A parent process may leave an input of another kind, such as a socket, open without a thought. */
function isPiped(): boolean {
  try {
    const kind = fstatSync(0);
    return kind.isFIFO() || kind.isFile();
  } catch {
    // There is no input at all.
    return false;
  }
}

async function readInput(): Promise<string | undefined> {
  if (process.stdin.isTTY) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
