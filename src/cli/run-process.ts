// Owns this process as what a program runs on: its arguments, streams, terminal, signals and exit code. What the program does is left to it.

import { fstatSync } from 'node:fs';
import { readEnvironment, storeFile } from '../setup/environment.ts';
import { openStore } from '../setup/open-store.ts';
import type { Io, Terminal } from './io.ts';
import type { ProcessOutputs } from './output.ts';
import { printBug, processOutputs } from './output.ts';
import { createProcessTerminal } from './process-terminal.ts';
import { createSaveFile } from './save-file.ts';
import { withoutSqliteWarning } from './sqlite-warning.ts';

/** Runs a program with this process as its `Io`, and sets the exit code that it returns. `name` is for the help text. */
export async function runProcess(name: string, program: (io: Io) => Promise<number>): Promise<void> {
  const terminated = new AbortController();
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  const outputs = processOutputs(interrupt);
  const terminal = createProcessTerminal(outputs, interrupt);
  const crash = (error: unknown): never => {
    terminal.close();
    printBug(error, outputs.err);
    process.exit(1);
  };
  // The first one asks the program to end, the second one ends the process.
  let isEnding = false;
  const terminate = (): void => {
    if (isEnding) {
      terminal.close();
      process.off('SIGTERM', terminate);
      process.kill(process.pid, 'SIGTERM');
    }
    isEnding = true;
    terminated.abort();
    interrupt();
  };
  process.on('SIGTERM', terminate);
  process.on('uncaughtException', crash);
  try {
    const signals = { signal: controller.signal, terminated: terminated.signal };
    process.exitCode = await program(processIo(signals, name, outputs, terminal.ofUser));
  } catch (error) {
    crash(error);
  } finally {
    terminal.close();
    process.off('SIGTERM', terminate);
    process.off('uncaughtException', crash);
  }
}

function processIo(
  signals: Pick<Io, 'signal' | 'terminated'>,
  program: string,
  { out, err }: ProcessOutputs,
  terminal: Terminal | undefined,
): Io {
  const env = readEnvironment((message) => err.write(`${message}\n`));
  return {
    args: process.argv.slice(2),
    env,
    out,
    err,
    isPiped: isPiped(),
    readInput,
    terminal,
    saveFile: createSaveFile(),
    openStore: (file = storeFile(env)) => withoutSqliteWarning(() => openStore({ path: file })),
    ...signals,
    now: () => performance.now(),
    clock: () => Date.now(),
    folder: process.cwd(),
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
