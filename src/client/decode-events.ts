// Owns driving a decoder over an answer's bytes, so that every split of them gives the same events.
// Framing is left to `sse.ts`, meaning to the decoder.

import { ParseError } from './errors.ts';
import type { HttpAnswer } from './http-answer.ts';
import { createSseReader } from './sse.ts';

export interface EventDecoder<Event> {
  /** Takes the data of one event and its name, if it has one; appends what it means to `out`. Throws the error that ends the stream. */
  readonly decode: (data: string, out: Event[], name?: string) => void;
  /** Takes the end of an answer that is known to be whole. */
  readonly finish: (out: Event[]) => void;
  /** Takes the end of the body. Throws when the answer is not whole. Does nothing once the terminal event is out. */
  readonly end: (out: Event[]) => void;
  /**
   * Whether the terminal event is out. A function: V8 gives every object literal with a getter a hidden class of its own, which made a
   * short turn a quarter dearer.
   */
  readonly isDone: () => boolean;
}

/** Resolves to the next events, never to none, or to undefined after the last. Rejects with the error that ended the stream. */
export type ReadEvents<Event> = () => Promise<readonly Event[] | undefined>;

/** Reads an answer's events, the terminal one included. */
export function decodeAnswer<Event>(
  answer: HttpAnswer,
  decoder: EventDecoder<Event>,
  maxEventChars: number,
): ReadEvents<Event> {
  const { requestId } = answer;
  const type = answer.headers['content-type'] ?? '';
  if (type.includes('html')) {
    const message = `The server answered the stream with ${type}: a gateway's page, not vLLM. Check the base URL.`;
    throw new ParseError(message, { code: 'not_json', requestId });
  }
  // A server or gateway that does not stream answers with one whole completion.
  if (type.includes('json')) return readEvents(wholeBody(answer), wholeDecoder(decoder));
  return readEvents(answer, createByteDecoder(decoder, { maxEventChars, requestId }));
}

/** Body -> events, synchronously. What it throws ends the stream; the events before that are in `out` all the same. */
interface BodyDecoder<Piece, Event> {
  readonly feed: (pieces: readonly Piece[], out: Event[]) => void;
  /** Takes the end of the body. */
  readonly end: (out: Event[]) => void;
  /** Whether the terminal event is out: what follows it does not matter. */
  readonly isDone: () => boolean;
  /** Whether nothing but comments came since the last event. */
  readonly isSilent: () => boolean;
}

interface ByteDecoderOptions {
  readonly maxEventChars: number;
  readonly requestId: string | undefined;
}

/**
 * Server-sent events, cut at any byte.
 *
 * @internal Exported for the tests of every split.
 */
export function createByteDecoder<Event>(
  decoder: EventDecoder<Event>,
  options: ByteDecoderOptions,
): BodyDecoder<Uint8Array, Event> {
  let target: Event[] = [];
  let isSilent = false;
  const reader = createSseReader({
    ...options,
    onData: (data, name) => {
      isSilent = false;
      decoder.decode(data, target, name);
    },
    onComment: () => {
      isSilent = true;
    },
  });
  return {
    isDone: () => decoder.isDone(),
    isSilent: () => isSilent,
    feed(pieces, out) {
      target = out;
      try {
        for (const piece of pieces) reader.feed(piece);
      } catch (error) {
        // What follows the terminal event cannot fail any more.
        if (!decoder.isDone()) throw error;
      }
    },
    end(out) {
      if (decoder.isDone()) return;
      target = out;
      try {
        reader.end();
      } catch (error) {
        // An event that the end of the body cut is not bad JSON: whether the answer is whole all the same, the decoder knows.
        if (!(error instanceof ParseError)) throw error;
      }
      decoder.end(out);
    },
  };
}

function wholeDecoder<Event>(decoder: EventDecoder<Event>): BodyDecoder<string, Event> {
  return {
    isDone: () => decoder.isDone(),
    feed(bodies, out) {
      for (const body of bodies) decoder.decode(body, out);
      if (!decoder.isDone()) decoder.finish(out);
    },
    end: (out) => decoder.end(out),
    isSilent: () => false,
  };
}

/** Where the body comes from. */
interface BodySource<Piece> {
  /** Resolves to the pieces that have arrived, to undefined at the end. */
  readonly read: () => Promise<readonly Piece[] | undefined>;
  /** Called once the terminal event is out: the connection is worth keeping. May take a moment. */
  readonly release?: () => Promise<void> | undefined;
  /** Called after each read. */
  readonly setSilent?: (isSilent: boolean) => void;
}

function wholeBody(answer: HttpAnswer): BodySource<string> {
  return { read: async () => [await answer.text()] };
}

/** Awaits the body alone: everything between its bytes and the events is synchronous. */
function readEvents<Piece, Event>(source: BodySource<Piece>, decoder: BodyDecoder<Piece, Event>): ReadEvents<Event> {
  const out: Event[] = [];
  let failure: { readonly error: unknown } | undefined;
  let isEnded = false;

  return async function next() {
    while (out.length === 0 && failure === undefined && !isEnded) {
      const pieces = await source.read();
      try {
        if (pieces === undefined) decoder.end(out);
        else decoder.feed(pieces, out);
        source.setSilent?.(decoder.isSilent());
      } catch (error) {
        // What came before it in the same bytes is given first.
        failure = { error };
      }
      isEnded = pieces === undefined || decoder.isDone();
      if (decoder.isDone()) await source.release?.();
    }
    if (out.length > 0) return out.splice(0); // for the reason in `Wire.take`
    if (failure !== undefined) throw failure.error;
    return undefined;
  };
}
