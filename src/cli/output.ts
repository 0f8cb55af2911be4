// Owns writing to standard output and standard error: the only file of the command line that does. What foreign text looks like is left
// to `styled.ts`.

import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import type { Output } from './io.ts';
import { block, render, styled } from './styled.ts';

/** What is needed of a stream such as `process.stdout`. */
export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** For a terminal that does not know its width, which then says 0, and for what is no terminal. */
const DEFAULT_COLUMNS = 80;

/** @internal Tests write to streams of their own. */
export function createOutput(stream: OutputStream): Output {
  return {
    write: (text) => void stream.write(render(text)),
    isTty: stream.isTTY === true,
    // Read each time: the user may change the size of the window.
    get columns() {
      return columnsOf(stream);
    },
  };
}

/** What a line editor draws: the prompt, which was rendered, what the user types, and movements of the cursor. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly #stream: OutputStream;

  constructor(stream: OutputStream) {
    super({ decodeStrings: false });
    this.#stream = stream;
    stream.on('resize', () => this.emit('resize'));
  }

  get columns(): number {
    return columnsOf(this.#stream);
  }

  override _write(drawn: string, _encoding: BufferEncoding, done: () => void): void {
    this.#stream.write(drawn);
    done();
  }
}

export interface ProcessOutputs {
  readonly out: Output;
  readonly err: Output;
  /** Undefined when one of the two is not a terminal. */
  readonly screen: Screen | undefined;
}

/** Of this process. `onClosed` is called when a reader stops reading (`| head`), which is not an error. */
export function processOutputs(onClosed: () => void): ProcessOutputs {
  const { stdout, stderr } = process;
  stdout.on('error', onClosed);
  stderr.on('error', onClosed);
  const isTerminal = stdout.isTTY === true && stderr.isTTY === true;
  return {
    out: createOutput(stdout),
    err: createOutput(stderr),
    screen: isTerminal ? new Screen(stderr) : undefined,
  };
}

/** An error that nothing handles is a bug: it is printed whole, and its text is foreign like any other. */
export function printBug(error: unknown, err: Output): void {
  err.write(styled`${block(inspect(error))}\n`);
}

function columnsOf({ columns = 0 }: OutputStream): number {
  return columns > 0 ? columns : DEFAULT_COLUMNS;
}
