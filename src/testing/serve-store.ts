// Owns a store in another process: serving it over the standard streams of a process, and calling it from outside.
// What is tested with it is left to `store-faults.ts`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Store } from '../session/store.ts';
import { StoreError } from '../session/store-error.ts';

interface CallLine {
  readonly id: number;
  readonly method: keyof Store;
  readonly args: readonly unknown[];
}

type ResultLine =
  | { readonly id: number; readonly value?: unknown }
  | { readonly id: number; readonly error: { readonly code: StoreError['code'] | null; readonly message: string } };

/** Answers the calls that arrive on `stdin`, a line each, until it ends. Then closes the store. */
export async function serveStore(store: Store, { stdin, stdout }: StandardStreams): Promise<void> {
  const reply = (line: ResultLine): void => void stdout.write(`${JSON.stringify(line)}\n`);
  for await (const line of createInterface({ input: stdin })) {
    const { id, method, args } = JSON.parse(line) as CallLine; // written below
    // Not awaited: calls that arrive together are made together.
    callMethod(store, method, args).then(
      (value) => reply({ id, value }),
      (error: unknown) => {
        const code = error instanceof StoreError ? error.code : null;
        reply({ id, error: { code, message: error instanceof Error ? error.message : String(error) } });
      },
    );
  }
  await store.close();
}

/** Those of `process`. */
export interface StandardStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

async function callMethod(store: Store, method: keyof Store, args: readonly unknown[]): Promise<unknown> {
  const member = store[method];
  // The other side calls methods with their own arguments.
  return typeof member === 'function' ? await (member as (...all: unknown[]) => unknown)(...args) : member;
}

export interface StoreProcess {
  /** Calls the store in the process. `close` ends the process. */
  readonly store: Store;
  /** Ends the process as a crash does: with SIGKILL. Calls that were not answered reject. */
  readonly kill: () => Promise<void>;
}

/** Starts a process that calls `serveStore`, and waits until it answers. */
export async function startStoreProcess([program = '', ...args]: readonly string[]): Promise<StoreProcess> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let count = 0;

  function call(method: keyof Store, ...given: unknown[]): Promise<unknown> {
    const id = count++;
    return new Promise((resolve, reject) => {
      open.set(id, { resolve, reject });
      // A process that was killed reads nothing more: `exited` rejects what is open.
      child.stdin.write(`${JSON.stringify({ id, method, args: given } satisfies CallLine)}\n`, () => {});
    });
  }

  child.stdin.on('error', () => {}); // of a process that was killed
  createInterface({ input: child.stdout }).on('line', (line) => {
    const result = JSON.parse(line) as ResultLine; // written above
    const waiting = open.get(result.id);
    open.delete(result.id);
    if ('error' in result) waiting?.reject(errorFrom(result.error));
    else waiting?.resolve(result.value);
  });
  exited.then(() => {
    for (const { reject } of open.values()) reject(new Error('The process of the store has ended.'));
  });

  const capabilities = (await call('capabilities')) as Store['capabilities'];
  const methods = METHODS.map((method) => [method, (...given: unknown[]) => call(method, ...given)]);
  const close = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  // Each method has its own name, and its values went through JSON.
  return { store: { ...(Object.fromEntries(methods) as Store), capabilities, close }, kill };
}

function errorFrom({ code, message }: { code: StoreError['code'] | null; message: string }): Error {
  return code === null ? new Error(message) : new StoreError(code, message);
}

const METHODS = [
  'createRun',
  'readRun',
  'listRuns',
  'claimRun',
  'claimRuns',
  'renewLeases',
  'releaseRun',
  'cancelRun',
  'recordStep',
  'readSteps',
  'recordEvent',
  'readEvents',
  'post',
  'readInbox',
  'createSession',
  'readSession',
  'listSessions',
  'renameSession',
  'forkSession',
  'appendMessages',
  'readMessages',
] as const satisfies readonly (keyof Store)[];
