// Owns splitting a server's output into lines. How long one may be is left to `message-text.ts`, what it means to the transport.

import { MessageText } from './message-text.ts';

interface LineReader {
  /** Gives the lines that are complete now. */
  readonly feed: (bytes: Buffer) => readonly MessageText[];
}

const NEWLINE = 10;

/** Reads each byte once. */
export function createLineReader(create: () => MessageText = () => new MessageText()): LineReader {
  let line = create();
  return {
    feed(bytes) {
      const lines: MessageText[] = [];
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
        line.add(bytes.subarray(from, at));
        lines.push(line);
        line = create();
        from = at + 1;
      }
      if (from < bytes.length) line.add(bytes.subarray(from));
      return lines;
    },
  };
}
