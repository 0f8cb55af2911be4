// Owns driving a decoder over an answer's bytes, so that every split of them gives the same events.
// Framing is left to `sse.ts`, meaning to the decoder.

import { ParseError } from './errors.ts';
import type { SseReader } from './sse.ts';
import { createSseReader } from './sse.ts';
import type { HttpAnswer } from './transport.ts';

export interface EventDecoder<Event> {
  /** Takes the data of one event; appends what it means to `out`. Throws the error that ends the stream. */
  readonly decode: (data: string, out: Event[]) => void;
  /** Takes the end of the body. Throws when the answer is not whole. Does nothing once the terminal event is out. */
  readonly end: (out: Event[]) => void;
  /** Whether the terminal event is out. */
  readonly isDone: () => boolean;
}

/** Gives the next events, as many at once as have come, never none; undefined after the last. Throws the error that is to be the last. */
export type NextEvents<Event> = () => Promise<readonly Event[] | undefined>;

/** Reads an answer's events, the terminal one included. Many at once: a step of an iterator for each would cost more than reading it. */
export function decodeAnswer<Event>(
  answer: HttpAnswer,
  decoder: EventDecoder<Event>,
  maxEventChars: number,
): NextEvents<Event> {
  const { requestId } = answer;
  const type = answer.headers['content-type'] ?? '';
  if (type.includes('html')) {
    const message = `The server answered the stream with ${type}: a gateway's page, not vLLM. Check the base URL.`;
    throw new ParseError(message, { code: 'not_json', requestId });
  }
  return type.includes('json')
    ? decodeWhole(answer, decoder)
    : decodePieces(answer.read, decoder, { maxEventChars, requestId, whenDone: answer.release });
}

export interface PieceOptions {
  readonly maxEventChars: number;
  readonly requestId: string | undefined;
  /** Called once the answer is whole, before its last events are given: its connection is worth keeping. */
  readonly whenDone?: () => Promise<void>;
}

/** Bytes -> events. `read` gives the pieces that have come, and undefined at their end. */
export function decodePieces<Event>(
  read: () => Promise<readonly Uint8Array[] | undefined>,
  decoder: EventDecoder<Event>,
  limits: PieceOptions,
): NextEvents<Event> {
  let out: Event[] = [];
  let failure: Failure;
  let isEnded = false;
  const reader = createSseReader({ ...limits, onData: (data) => decoder.decode(data, out) });

  function end(): Failure {
    const cut = failureOf(() => reader.end());
    if (decoder.isDone()) return undefined;
    // An event that the end of the body cut is no bad JSON; whether the answer is whole all the same, the decoder knows.
    if (cut !== undefined && !(cut.error instanceof ParseError)) return cut;
    return failureOf(() => decoder.end(out));
  }

  return async () => {
    // What came before a failure in the same bytes is given first.
    while (out.length === 0 && failure === undefined && !isEnded) {
      const pieces = await read();
      isEnded = pieces === undefined;
      failure = pieces === undefined ? end() : failureOf(() => feedAll(reader, pieces));
      if (!decoder.isDone()) continue;
      isEnded = true;
      await limits.whenDone?.();
    }
    const events = out;
    out = [];
    if (events.length > 0) return events;
    if (failure !== undefined && !decoder.isDone()) throw failure.error;
    return undefined;
  };
}

function feedAll(reader: SseReader, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) reader.feed(piece);
}

/** A server or gateway that does not stream answers with one whole completion. */
function decodeWhole<Event>(answer: HttpAnswer, decoder: EventDecoder<Event>): NextEvents<Event> {
  let isRead = false;
  let failure: Failure;
  return async () => {
    if (failure !== undefined) throw failure.error;
    if (isRead) return undefined;
    isRead = true;
    const out: Event[] = [];
    const body = await answer.text();
    failure = failureOf(() => {
      decoder.decode(body, out);
      decoder.decode('[DONE]', out);
    });
    if (out.length === 0 && failure !== undefined) throw failure.error;
    return out;
  };
}

type Failure = { readonly error: unknown } | undefined;

function failureOf(work: () => void): Failure {
  try {
    work();
    return undefined;
  } catch (error) {
    return { error };
  }
}
