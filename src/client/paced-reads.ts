// Owns how often the connections of this process are read: at once while that is cheap, in turns above that.
// What comes over them is left to undici.

import type { OnReadOpts, Socket } from 'node:net';
// Not the global ones, which tests replace: nobody would go on.
import { setImmediate, setTimeout } from 'node:timers';

export interface Pace {
  /** So many reads in a turn, and nobody waits. */
  readonly readsPerTurn: number;
  readonly turnMs: number;
}

/** About as many as one core can do beside the work on what was read. A slower core has longer turns, and bounded ones all the same. */
const PACE: Pace = { readsPerTurn: 128, turnMs: 5 };

/**
 * A read costs several times what the token in it does. Thousands of streams that are each read for every token fill a core and leave the
 * event loop no time for anything else. So above a number of reads the connections take turns: a turn is bounded work, and what comes for
 * those that wait stays in the system's buffers and is read at once, many tokens for the price of one.
 */
export class Turns {
  readonly #pace: Pace;
  #room: number;
  #isRunning = false;
  /** Read while there was no room. */
  readonly #read = new Set<Socket>();
  /** Paused, in the order in which they go on. */
  readonly #waiting = new Set<Socket>();

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#room = pace.readsPerTurn;
  }

  /** Is told of every read. */
  count(socket: Socket): void {
    this.#start();
    if (this.#room > 0 && this.#waiting.size === 0) {
      this.#room--;
      return;
    }
    if (this.#read.size === 0) setImmediate(() => this.#pause());
    this.#read.add(socket);
  }

  /** A timer and not a look at the clock: in a loop that is full it comes late, and the turn stays bounded. */
  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    setTimeout(() => this.#end(), this.#pace.turnMs);
  }

  /** Not in `count`: whoever takes what was read starts the reading of more, in the same step of the event loop. */
  #pause(): void {
    for (const socket of this.#read) {
      socket.pause();
      this.#waiting.add(socket);
    }
    this.#read.clear();
    this.#start();
  }

  #end(): void {
    this.#isRunning = false;
    this.#room = this.#pace.readsPerTurn;
    for (const socket of this.#waiting) {
      if (this.#room === 0) break;
      this.#room--;
      this.#waiting.delete(socket);
      socket.resume();
    }
    if (this.#waiting.size > 0) this.#start();
  }
}

/** A process has one event loop, and all its clients share it. */
const ofThisProcess = new Turns(PACE);

/** Copied from at once, so one is enough for all connections. */
const BUFFER_BYTES = 64 * 1024;

/** For the options of `net.connect` and `tls.connect`. */
export function pacedReads(turns: Turns = ofThisProcess): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
    /** Node calls it as a method of the socket, and reads no more for now when it gives false. */
    callback(this: Socket, length: number, bytes: Uint8Array): boolean {
      const isWanted = this.push(Buffer.from(bytes.subarray(0, length)));
      // A socket that nobody reads waits for its reader, not for its turn.
      if (isWanted) turns.count(this);
      return isWanted;
    },
  };
}
