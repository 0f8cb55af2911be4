// Owns the process of an agent's file: whether it is the program, what it has of the world, how it ends.
// What it does is left to `main.ts`.

import { fstatSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Agent } from '../agent/agent.ts';
import { readEnvironment } from '../setup/environment.ts';
import type { Io, Output, Terminal } from './io.ts';
import { createTerminal } from './terminal.ts';

/**
 * Makes an agent's file a program: `await runMain(import.meta, agent)` as its last line. Does nothing when the file is
 * imported. Reads the command line, the environment and a file `.env`; sets the exit code.
 */
export async function runMain(meta: { readonly url: string }, agent: Agent): Promise<void> {
  if (!isProgram(meta.url)) return;
  // Loaded here: who only imports an agent needs none of it.
  const { main } = await import('./main.ts');
  await runProcess(relative(process.cwd(), fileURLToPath(meta.url)), (io) => main(agent, io));
}

/** Gives the work what it has of the world; sets the exit code that it gives back. `program` is its name, for the help. */
export async function runProcess(program: string, work: (io: Io) => Promise<number>): Promise<void> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  const terminal = createTerminal(interrupt);
  process.once('SIGTERM', interrupt);
  // Whoever reads along may stop doing so (`| head`): that ends the run, and is no error.
  process.stdout.on('error', interrupt);
  try {
    process.exitCode = await work(processIo(controller.signal, program, terminal.ofPerson));
  } finally {
    terminal.close();
    process.off('SIGTERM', interrupt);
  }
}

function isProgram(url: string): boolean {
  const [, started] = process.argv;
  if (started === undefined) return false;
  try {
    return realpathSync(started) === realpathSync(fileURLToPath(url));
  } catch {
    // No file: run from a string, say.
    return false;
  }
}

function processIo(signal: AbortSignal, program: string, terminal: Terminal | undefined): Io {
  const err = output(process.stderr);
  return {
    args: process.argv.slice(2),
    env: readEnvironment((message) => err.write(`${message}\n`)),
    out: output(process.stdout),
    err,
    readInput,
    terminal,
    saveFile,
    signal,
    now: () => performance.now(),
    program,
  };
}

function output(stream: NodeJS.WriteStream): Output {
  return { write: (text) => void stream.write(text), isTty: stream.isTTY === true, columns: stream.columns ?? 80 };
}

/** Never over a file that is there. */
async function saveFile(path: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return undefined;
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (isThere) return 'it is there already. Name another.';
    return error instanceof Error ? error.message : String(error);
  }
}

async function readInput(hasQuestion: boolean): Promise<string | undefined> {
  if (process.stdin.isTTY) return undefined;
  // A parent process may leave an input open that nobody ever writes to; a shell's pipe or file is an input for sure.
  const kind = fstatSync(0);
  if (hasQuestion && !kind.isFIFO() && !kind.isFile()) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
