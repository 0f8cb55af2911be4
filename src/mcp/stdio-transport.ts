// Owns MCP over the standard input and output of a child process. Ending the process is left to `process-group.ts`.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { isObject } from '../core/json.ts';
import { AnswerError, ConnectionLoss } from './connection-error.ts';
import { createLineReader } from './line-reader.ts';
import type { MessageText } from './message-text.ts';
import { endGroup, GROUP_OPTIONS, guard, hasEnded, markServer } from './process-group.ts';
import type { StdioServerConfig } from './server-config.ts';
import type { Message, Transport } from './transport.ts';

/** Lines that are handled before the rest of the program has its turn. */
const LINES_AT_ONCE = 50;

/** Of the server's standard error, for error messages. */
const MAX_STDERR_CHARS = 4000;
const LAST_LINES = 8;
/** Of what the server wrote to its output that is no message, for error messages too. */
const MAX_NOISE_CHARS = 500;

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: Message) => void;
  readonly #config: StdioServerConfig;
  readonly #inherited: Readonly<Record<string, string>>;
  readonly #mark = markServer();
  #child: ChildProcessWithoutNullStreams | undefined;
  #stderr = '';
  #noise = '';
  #isClosing = false;
  /** What it did that makes it useless, while it is being ended for that. */
  #loss: string | undefined;
  #isClosed = false;
  #exit = '';

  /** `inherited`: the variables beside those of the configuration. */
  constructor(config: StdioServerConfig, inherited: Readonly<Record<string, string>>) {
    this.#config = config;
    this.#inherited = inherited;
  }

  /** How the server ended by itself; '' when it has not. */
  get exit(): string {
    return this.#exit;
  }

  /** Whether there was a process. */
  get hasStarted(): boolean {
    return this.#child?.pid !== undefined;
  }

  /** The last lines that the server wrote to its standard error. */
  get lastLines(): string {
    return this.#stderr.trim().split('\n').slice(-LAST_LINES).join('\n');
  }

  /** The last of what it wrote to its output that is no message: a server that logs there, or writes its messages over several lines. */
  get noise(): string {
    return this.#noise.trim();
  }

  async start(): Promise<void> {
    const { command, args = [], env = {}, cwd } = this.#config;
    const child = spawn(command, [...args], {
      ...GROUP_OPTIONS,
      stdio: 'pipe',
      env: { ...this.#inherited, ...env, ...this.#mark },
      ...(cwd !== undefined && { cwd }),
    });
    this.#child = child;
    const read = this.#read(child.stdout);
    child.stderr.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString('utf8')).slice(-MAX_STDERR_CHARS);
    });
    child.stdin.on('error', () => void this.#lose(child, 'closed its input'));
    child.stderr.on('error', (error) => this.onerror?.(error));
    child.once('exit', (code, signal) => {
      if (this.#isClosing) return;
      // By a signal it was ended here, for what it had done before.
      const ended = `ended too early, with ${signal === null ? `exit code ${code}` : signal}`;
      this.#exit ||= signal === null ? ended : (this.#loss ?? ended);
    });
    // Not on `exit`: by `close` its output has come, and what has come is read to its end.
    child.once('close', () => void read.then(() => this.#closed()));
    void read.then(() => this.#lose(child, 'closed its output'));
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

  async send(message: Message): Promise<void> {
    const stdin = this.#child?.stdin;
    if (stdin === undefined || this.#isClosed || !stdin.writable) throw notReceived();
    const text = `${JSON.stringify(message)}\n`;
    // Called when the text has been taken: a process that does not read makes whoever sends wait.
    await new Promise<void>((resolve, reject) => {
      stdin.write(text, (error) => (error ? reject(notReceived(error)) : resolve()));
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#child !== undefined) await endGroup(this.#child, this.#mark);
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The process ended by itself and may have left children behind. Only `close` waits for their end.
    if (this.#child !== undefined && !this.#isClosing) void endGroup(this.#child, this.#mark);
    this.onclose?.();
  }

  /** Gives way to the rest of the program again and again, however fast the server writes; meanwhile no more is read. */
  async #read(stdout: Readable): Promise<void> {
    const reader = createLineReader();
    let taken = 0;
    try {
      for await (const bytes of stdout) {
        for (const line of reader.feed(bytes as Buffer)) {
          const value = line.excess === undefined ? line.value() : undefined;
          if (line.isLong) await setImmediate();
          this.#take(line, value);
          if (++taken % LINES_AT_ONCE === 0) await setImmediate();
        }
      }
    } catch (error) {
      // What comes after it cannot be read.
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** A process that lives on without its input or output is of no use: it is ended, as if it had ended by itself. */
  async #lose(child: ChildProcessWithoutNullStreams, what: string): Promise<void> {
    if (this.#isClosed || this.#isClosing || this.#loss !== undefined) return;
    this.#loss = what;
    // In most cases it is the process that ended, which the system reports a little later.
    if (await hasEnded(child)) return;
    await endGroup(child, this.#mark);
    this.#exit ||= what;
    this.#closed();
  }

  #take(line: MessageText, message: unknown): void {
    if (line.excess !== undefined) {
      this.#replaceByError(line, line.excess);
      return;
    }
    const { text } = line;
    if (text.trim() === '') return;
    if (!isObject(message) && !Array.isArray(message)) {
      // Many servers print a greeting there, which does no harm.
      this.#noise = `${this.#noise}${text.slice(0, MAX_NOISE_CHARS)}\n`.slice(-MAX_NOISE_CHARS);
      return;
    }
    try {
      this.onmessage?.(message as unknown as Message); // the screen checks its form
    } catch (cause) {
      // Thrown from an event listener, it would end the whole program.
      this.onerror?.(new Error('A message of the server could not be handled.', { cause }));
    }
  }

  /** Looks for the id at both ends of a message that is beyond the limits, so that its request fails instead of waiting. */
  #replaceByError({ text, end }: MessageText, excess: string): void {
    const id =
      /"id"\s*:\s*"?(\d+)"?[^{}[\]"]*\}\s*$/.exec(end)?.[1] ?? /^\s*\{[^{}[\]]*"id"\s*:\s*"?(\d+)/.exec(text)?.[1];
    const error = new AnswerError(`gave an answer that is ${excess} and was dropped: ask for less`);
    if (id === undefined) this.onerror?.(error);
    else this.onmessage?.({ jsonrpc: '2.0', id: Number(id), error }); // read by the screen
  }
}

function notReceived(cause?: Error): ConnectionLoss {
  const options = { wasNotReceived: true, isGone: true, ...(cause !== undefined && { cause }) };
  return new ConnectionLoss('the server no longer reads its input', options);
}
