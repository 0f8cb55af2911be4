// Owns bytes -> the data of server-sent events. What the data means is left to the decoders.

import { createParser } from 'eventsource-parser';
import { StreamError } from './errors.ts';

interface SseReaderOptions {
  readonly maxEventChars: number;
  readonly requestId: string | undefined;
  /** Called with the data of each event and its name, if it has one. What it throws goes through `feed` and `end`. */
  readonly onData: (data: string, name: string | undefined) => void;
  /** Called for each comment, which servers send to keep a silent connection open. */
  readonly onComment?: () => void;
}

interface SseReader {
  /** Takes bytes, cut anywhere. Throws a StreamError when an event passes the limit; then the reader cannot be used any more. */
  readonly feed: (bytes: Uint8Array) => void;
  /** Takes the end: emits a last event that no blank line closed. */
  readonly end: () => void;
}

/**
 * Reads server-sent events cut at any byte, with any line ending, with or without a byte order mark.
 * Ids, unknown fields and events without data are ignored. Memory is bounded by `maxEventChars`.
 */
export function createSseReader(options: SseReaderOptions): SseReader {
  const { maxEventChars, requestId, onData, onComment } = options;
  // Strips the byte order mark and keeps a character that is cut between two chunks.
  const decoder = new TextDecoder();

  const parser = createParser({
    maxBufferSize: maxEventChars,
    onEvent: ({ data, event }) => {
      // The parser's own limit is on what waits: an event that comes whole in one chunk passes it.
      if (data.length > maxEventChars) throw tooLarge();
      if (data !== '') onData(data, event);
    },
    ...(onComment !== undefined && { onComment }),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') throw tooLarge();
    },
  });

  function tooLarge(): StreamError {
    const message = `One event of the stream is longer than ${maxEventChars} characters (\`maxEventChars\`).`;
    return new StreamError(message, { code: 'event_too_large', requestId });
  }

  return {
    feed: (bytes) => parser.feed(decoder.decode(bytes, { stream: true })),
    // Two line ends close whatever is open: an unfinished line, a lone CR that waits for its LF, an event without blank line.
    end: () => parser.feed(`${decoder.decode()}\n\n`),
  };
}
