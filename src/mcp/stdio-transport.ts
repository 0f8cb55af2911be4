// Owns MCP over the standard input and output of a child process. Ending the process is left to `process-group.ts`.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { isObject, parseJson } from '../core/json.ts';
import { ConnectionLoss } from './connection-error.ts';
import type { Line } from './line-reader.ts';
import { createLineReader } from './line-reader.ts';
import { endGroup, GROUP_OPTIONS, guard } from './process-group.ts';
import type { StdioServerConfig } from './server-config.ts';

/** A longer message is replaced by an error; the connection goes on. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Of the server's standard error, for error messages. */
const MAX_STDERR_CHARS = 4000;
const LAST_LINES = 8;

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #config: StdioServerConfig;
  #child: ChildProcessWithoutNullStreams | undefined;
  #stderr = '';
  #isClosing = false;
  #isClosed = false;
  #exit = '';

  constructor(config: StdioServerConfig) {
    this.#config = config;
  }

  /** How the server ended by itself; '' when it has not. */
  get exit(): string {
    return this.#exit;
  }

  /** The last lines that the server wrote to its standard error. */
  get lastLines(): string {
    return this.#stderr.trim().split('\n').slice(-LAST_LINES).join('\n');
  }

  async start(): Promise<void> {
    const { command, args = [], env = {}, cwd } = this.#config;
    const child = spawn(command, [...args], {
      ...GROUP_OPTIONS,
      stdio: 'pipe',
      env: { ...getDefaultEnvironment(), ...env },
      ...(cwd !== undefined && { cwd }),
    });
    this.#child = child;
    const reader = createLineReader(MAX_MESSAGE_BYTES);
    let taken: Promise<void> = Promise.resolve();
    child.stdout.on('data', (bytes: Buffer) => {
      const lines = reader.feed(bytes);
      taken = taken.then(() => this.#takeAll(lines));
    });
    child.stderr.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString('utf8')).slice(-MAX_STDERR_CHARS);
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      stream.on('error', (error) => this.onerror?.(error));
    }
    child.once('exit', (code, signal) => {
      if (!this.#isClosing) this.#exit = `ended too early, with ${signal === null ? `exit code ${code}` : signal}`;
    });
    // Not on `exit`: by `close` its output has been read to the end.
    child.once('close', () => this.#closed());
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        // The system reports a missing folder as if the command were missing.
        const isFolderMissing = cwd !== undefined && !existsSync(cwd);
        const isMissing = 'code' in error && error.code === 'ENOENT';
        const reason = isMissing ? 'there is no such command' : error.message;
        this.#exit = `did not start: ${isFolderMissing ? `there is no folder ${cwd} (\`cwd\`)` : reason}`;
        reject(error);
      });
    });
    guard(child);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (stdin === undefined || this.#isClosed || !stdin.writable)
      throw new ConnectionLoss('the server no longer reads its input', { wasNotReceived: true, isGone: true });
    if (!stdin.write(serializeMessage(message))) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stdin.off('drain', done);
          stdin.off('close', done);
          resolve();
        };
        stdin.once('drain', done);
        stdin.once('close', done);
      });
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#child !== undefined) await endGroup(this.#child);
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The process ended by itself and may have left children behind. Only `close` waits for their end.
    if (this.#child !== undefined && !this.#isClosing) void endGroup(this.#child);
    this.onclose?.();
  }

  /**
   * One after another: the SDK handles a notification in the next step of the queue and an answer at once, so that progress that is written
   * together with the result would come too late to be told.
   */
  async #takeAll(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      this.#take(line);
      await undefined;
    }
  }

  #take({ text, end }: Line): void {
    if (text.trim() === '') return;
    if (end !== undefined) {
      this.#replaceByError(text, end);
      return;
    }
    const message = parseJson(text);
    if (!isObject(message) || message.jsonrpc !== '2.0') {
      // Many servers print a greeting there, which does no harm.
      this.onerror?.(new Error('The server wrote something to its output that is not a message.'));
      return;
    }
    try {
      this.onmessage?.(message as unknown as JSONRPCMessage); // the SDK checks its form
    } catch (cause) {
      // Thrown from an event listener, it would end the whole program.
      this.onerror?.(new Error('A message of the server could not be handled.', { cause }));
    }
  }

  /** Looks for the id at both ends of a message that is too long, so that its request fails instead of waiting. */
  #replaceByError(beginning: string, end: string): void {
    const id =
      /"id"\s*:\s*(\d+)[^{}[\]"]*\}\s*$/.exec(end)?.[1] ?? /^\s*\{[^{}[\]]*"id"\s*:\s*(\d+)/.exec(beginning)?.[1];
    const text = `The answer was longer than ${MAX_MESSAGE_BYTES} bytes and was dropped: ask for less.`;
    this.onerror?.(new Error(text));
    if (id === undefined) return;
    this.onmessage?.({ jsonrpc: '2.0', id: Number(id), error: { code: TOO_LARGE, message: text } });
  }
}

const TOO_LARGE = -32_001;
