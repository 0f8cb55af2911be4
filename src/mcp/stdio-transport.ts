// Owns MCP over the standard input and output of a process of this program's own. Ending it is left to `process-group.ts`.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { isObject } from '../core/json.ts';
import type { Line } from './line-reader.ts';
import { createLineReader } from './line-reader.ts';
import { endGroup, GROUP_OPTIONS, guard } from './process-group.ts';
import type { StdioServerConfig } from './server-config.ts';

/** A message longer than this is answered with an error in its place; the connection goes on. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Of what the server writes to its standard error, for messages about it. */
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

  /** How the server ended by itself; '' when it did not. */
  get exit(): string {
    return this.#exit;
  }

  /** The last of what the server said on its standard error. */
  get lastWords(): string {
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
    child.stdout.on('data', (bytes: Buffer) => {
      for (const line of reader.feed(bytes)) this.#take(line);
    });
    child.stderr.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString('utf8')).slice(-MAX_STDERR_CHARS);
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      stream.on('error', (error) => this.onerror?.(error));
    }
    child.once('exit', (code, signal) => {
      if (!this.#isClosing) this.#exit = `it ended with ${signal === null ? `exit code ${code}` : signal}`;
    });
    // Once its output is read to the end: what it said last counts.
    child.once('close', () => this.#closed());
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        this.#exit = `it could not be started: ${error.message}`;
        reject(error);
      });
    });
    guard(child);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (stdin === undefined || this.#isClosed || !stdin.writable) throw new Error('The server does not read any more.');
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
    // It died by itself, perhaps without its children; nobody waits for their end. A close ends them, and waits.
    if (this.#child !== undefined && !this.#isClosing) void endGroup(this.#child);
    this.onclose?.();
  }

  #take({ text, end }: Line): void {
    if (text.trim() === '') return;
    if (end !== undefined) {
      this.#answerInPlace(text, end);
      return;
    }
    try {
      const message: unknown = JSON.parse(text);
      if (isObject(message) && message.jsonrpc === '2.0') this.onmessage?.(message as unknown as JSONRPCMessage);
      else this.onerror?.(new Error('The server wrote JSON to its output that is no message.'));
    } catch {
      // Many servers print a greeting there: it is no message, and hurts nobody.
      this.onerror?.(new Error('The server wrote text to its output that is no message.'));
    }
  }

  /** The id of a message that is too long is looked for at both its ends, so that whoever waits for it is told. */
  #answerInPlace(beginning: string, end: string): void {
    const id =
      /"id"\s*:\s*(\d+)[^{}[\]"]*\}\s*$/.exec(end)?.[1] ?? /^\s*\{[^{}[\]]*"id"\s*:\s*(\d+)/.exec(beginning)?.[1];
    const text = `The answer was longer than ${MAX_MESSAGE_BYTES} bytes and was dropped: ask for less.`;
    this.onerror?.(new Error(text));
    if (id === undefined) return;
    this.onmessage?.({ jsonrpc: '2.0', id: Number(id), error: { code: TOO_LARGE, message: text } });
  }
}

const TOO_LARGE = -32_001;
