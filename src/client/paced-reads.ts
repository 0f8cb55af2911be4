// Owns how often the connections of this process are read: at once while that is cheap, in time slices above that.
// What comes over them is left to undici.

import type { OnReadOpts, Socket } from 'node:net';
// Not the global ones, which tests replace: no connection would be read any more.
import { setImmediate, setTimeout } from 'node:timers';

interface Pace {
  /** Up to this many reads in a slice, no connection waits. */
  readonly readsPerSlice: number;
  /** Calls back when the slice is over. */
  readonly afterSlice: (end: () => void) => void;
}

const SLICE_MS = 5;

/** About as many reads as one core can do beside the work on what was read. On a slower core a slice lasts longer, and is bounded all the same. */
const PACE: Pace = {
  readsPerSlice: 128,
  // A timer and not a look at the clock: in a busy event loop it fires late, and the work of a slice stays bounded.
  afterSlice: (end) => setTimeout(end, SLICE_MS),
};

/**
 * A read costs several times as much as the token in it. Thousands of streams that are each read for every token fill a core and leave the
 * event loop no time for anything else. So above a number of reads the connections wait for the next slice: a slice is bounded work, and
 * what arrives for those that wait stays in the system's buffers and is read at once, many tokens for the price of one.
 */
export class ReadPacer {
  readonly #pace: Pace;
  #room: number;
  #isSliceOpen = false;
  /** Read while there was no room. */
  readonly #read = new Set<Socket>();
  /** Paused, in the order in which they are resumed. */
  readonly #waiting = new Set<Socket>();

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#room = pace.readsPerSlice;
  }

  /** Called for every read. */
  count(socket: Socket): void {
    this.#openSlice();
    if (this.#room > 0 && this.#waiting.size === 0) {
      this.#room--;
      return;
    }
    if (this.#read.size === 0) setImmediate(() => this.#pause());
    this.#read.add(socket);
  }

  #openSlice(): void {
    if (this.#isSliceOpen) return;
    this.#isSliceOpen = true;
    this.#pace.afterSlice(() => this.#endSlice());
  }

  /** Not in `count`: whoever takes what was read resumes the socket in the same step of the event loop. */
  #pause(): void {
    for (const socket of this.#read) {
      socket.pause();
      this.#waiting.add(socket);
    }
    this.#read.clear();
    this.#openSlice();
  }

  #endSlice(): void {
    this.#isSliceOpen = false;
    this.#room = this.#pace.readsPerSlice;
    for (const socket of this.#waiting) {
      if (this.#room === 0) break;
      this.#room--;
      this.#waiting.delete(socket);
      socket.resume();
    }
    if (this.#waiting.size > 0) this.#openSlice();
  }
}

/** A process has one event loop, and all its clients share it. */
const processPacer = new ReadPacer(PACE);

/** Copied from at once, so one is enough for all connections. */
const BUFFER_BYTES = 64 * 1024;

/** For the options of `net.connect` and `tls.connect`. */
export function pacedReads(pacer: ReadPacer = processPacer): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
    /** Node calls it as a method of the socket, and stops reading when it returns false. */
    callback(this: Socket, length: number, bytes: Uint8Array): boolean {
      const isWanted = this.push(Buffer.from(bytes.subarray(0, length)));
      // A socket that nobody reads waits for its reader, not for a slice.
      if (isWanted) pacer.count(this);
      return isWanted;
    },
  };
}
