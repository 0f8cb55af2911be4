// Owns the process of an agent's file: whether the file is the program, its input and output, its end. What it does is
// left to `main.ts`.

import { fstatSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Agent } from '../agent/agent.ts';
import { readEnvironment } from '../setup/environment.ts';
import type { Io, Terminal } from './io.ts';
import type { ProcessOutputs } from './output.ts';
import { printBug, processOutputs } from './output.ts';
import { createProcessTerminal } from './process-terminal.ts';

/**
 * Makes an agent's file a program: `await runMain(import.meta, agent)` as its last line. Does nothing when the file is
 * imported. Reads the command line, the environment and a file `.env`; sets the exit code.
 */
export async function runMain(meta: { readonly url: string }, agent: Agent): Promise<void> {
  if (!isProgram(meta.url)) return;
  // Loaded on demand: a program that only imports the agent does not need it.
  const { main } = await import('./main.ts');
  await runProcess(relative(process.cwd(), fileURLToPath(meta.url)), (io) => main(agent, io));
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
    readInput,
    terminal,
    saveFile,
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

/** Never overwrites a file. */
async function saveFile(path: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return undefined;
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (exists) return 'the file already exists. Choose another name.';
    return error instanceof Error ? error.message : String(error);
  }
}

async function readInput(hasQuestion: boolean): Promise<string | undefined> {
  if (process.stdin.isTTY) return undefined;
  // A parent process may leave the input open without ever writing to it; a pipe or a file of a shell does end.
  const kind = fstatSync(0);
  if (hasQuestion && !kind.isFIFO() && !kind.isFile()) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
