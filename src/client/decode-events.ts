// Owns driving a decoder over an answer's bytes, so that every split of them gives the same events.
// Framing is left to `sse.ts`, meaning to the decoder.

import type { Next } from '../flow/batched-iterator.ts';
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

/** Reads an answer's events, the terminal one included. Many at once: a step of an iterator for each would cost more than reading it. */
export function decodeAnswer<Event>(
  answer: HttpAnswer,
  decoder: EventDecoder<Event>,
  maxEventChars: number,
): Next<Event> {
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
  /** Called once the answer is whole, before its last events are given: its connection is worth keeping. May take a moment. */
  readonly whenDone?: () => Promise<void> | undefined;
}

/** Bytes -> events. `read` gives the pieces that have come. */
export function decodePieces<Event>(
  read: Next<Uint8Array>,
  decoder: EventDecoder<Event>,
  limits: PieceOptions,
): Next<Event> {
  const out: Event[] = [];
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

  /** Whether there is anything to tell: events, a failure, the end. */
  function take(pieces: readonly Uint8Array[] | undefined): boolean {
    isEnded = pieces === undefined;
    failure = pieces === undefined ? end() : failureOf(() => feedAll(reader, pieces));
    isEnded ||= decoder.isDone();
    return out.length > 0 || failure !== undefined || isEnded;
  }

  return function next(give, fail) {
    const tell = (): void => {
      const events = out.splice(0); // for the reason in `Wire.take`
      // What came before a failure in the same bytes is given first.
      if (events.length > 0) give(events);
      else if (failure !== undefined && !decoder.isDone()) fail(failure.error);
      else give(undefined);
    };
    if (failure !== undefined || isEnded) {
      tell();
      return;
    }
    read((pieces) => {
      if (!take(pieces)) {
        next(give, fail);
        return;
      }
      const rest = decoder.isDone() ? limits.whenDone?.() : undefined;
      if (rest === undefined) tell();
      else rest.then(tell, fail);
    }, fail);
  };
}

function feedAll(reader: SseReader, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) reader.feed(piece);
}

/** A server or gateway that does not stream answers with one whole completion. */
function decodeWhole<Event>(answer: HttpAnswer, decoder: EventDecoder<Event>): Next<Event> {
  let isRead = false;
  let failure: Failure;
  return fromPromise(async () => {
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
  });
}

function fromPromise<T>(next: () => Promise<readonly T[] | undefined>): Next<T> {
  return (give, fail) => void next().then(give, fail);
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
