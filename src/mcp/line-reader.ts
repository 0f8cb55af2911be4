// Owns splitting a server's output into lines up to a size limit. What a line means is left to the transport.

interface LineReader {
  /** Gives the lines that are complete now. A line that is too long is given as its beginning and its end. */
  readonly feed: (bytes: Buffer) => readonly Line[];
}

export interface Line {
  readonly text: string;
  /** For a line over the limit, its end; `text` is then its beginning. */
  readonly end: string | undefined;
}

const NEWLINE = 10;
const KEPT_OF_CUT_BYTES = 4096;
const KEPT_OF_END_BYTES = 256;

/** Reads each byte once. */
export function createLineReader(maxLineBytes: number): LineReader {
  let parts: Buffer[] = [];
  let length = 0;
  let isCut = false;
  let end: Buffer = Buffer.alloc(0);

  function take(part: Buffer): void {
    length += part.length;
    if (!isCut) parts.push(part);
    if (length <= maxLineBytes) return;
    if (!isCut) parts = [Buffer.concat(parts).subarray(0, KEPT_OF_CUT_BYTES)];
    isCut = true;
    end = Buffer.concat([end, part.subarray(-KEPT_OF_END_BYTES)]).subarray(-KEPT_OF_END_BYTES);
  }

  function finish(): Line {
    const text = Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    const line: Line = { text, end: isCut ? end.toString('utf8') : undefined };
    parts = [];
    length = 0;
    isCut = false;
    end = Buffer.alloc(0);
    return line;
  }

  return {
    feed(bytes) {
      const lines: Line[] = [];
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
        take(bytes.subarray(from, at));
        lines.push(finish());
        from = at + 1;
      }
      if (from < bytes.length) take(bytes.subarray(from));
      return lines;
    },
  };
}
