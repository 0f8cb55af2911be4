// Owns driving a decoder over an answer's bytes, so that every split of them gives the same events.
// Framing is left to `sse.ts`, meaning to the decoder.

import { ParseError } from './errors.ts';
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

/**
 * Yields an answer's events, the terminal one included, or throws the error that is to be it. As many at once as came in one piece
 * of the body: a step of a generator for each would cost more than reading it.
 */
export async function* decodeAnswer<Event>(
  answer: HttpAnswer,
  decoder: EventDecoder<Event>,
  maxEventChars: number,
): AsyncGenerator<readonly Event[], void, undefined> {
  const { requestId } = answer;
  const type = answer.headers['content-type'] ?? '';
  if (type.includes('html')) {
    const message = `The server answered the stream with ${type}: a gateway's page, not vLLM. Check the base URL.`;
    throw new ParseError(message, { code: 'not_json', requestId });
  }
  try {
    if (type.includes('json')) yield* decodeWhole(await answer.text(), decoder);
    else yield* decodeBytes(answer.chunks(), decoder, { maxEventChars, requestId });
  } finally {
    // Also when the consumer leaves at `done`: the answer is whole, so its connection is worth keeping.
    if (decoder.isDone()) await answer.release();
  }
}

export interface ByteLimits {
  readonly maxEventChars: number;
  readonly requestId: string | undefined;
}

/** Bytes -> events. */
export async function* decodeBytes<Event>(
  chunks: AsyncIterable<Uint8Array>,
  decoder: EventDecoder<Event>,
  limits: ByteLimits,
): AsyncGenerator<readonly Event[], void, undefined> {
  const out: Event[] = [];
  const reader = createSseReader({ ...limits, onData: (data) => decoder.decode(data, out) });
  for await (const bytes of chunks) {
    const failure = failureOf(() => reader.feed(bytes));
    // What came before a failure in the same bytes is given first.
    if (out.length > 0) yield out.splice(0);
    if (decoder.isDone()) return;
    if (failure !== undefined) throw failure.error;
  }
  const failure = failureOf(() => reader.end());
  if (out.length > 0) yield out.splice(0);
  if (decoder.isDone()) return;
  // An event that the end of the body cut is no bad JSON; whether the answer is whole all the same, the decoder knows.
  if (failure !== undefined && !(failure.error instanceof ParseError)) throw failure.error;
  decoder.end(out);
  yield out;
}

/** A server or gateway that does not stream answers with one whole completion. */
function* decodeWhole<Event>(text: string, decoder: EventDecoder<Event>): Generator<readonly Event[], void, undefined> {
  const out: Event[] = [];
  const failure = failureOf(() => {
    decoder.decode(text, out);
    decoder.decode('[DONE]', out);
  });
  yield out;
  if (failure !== undefined) throw failure.error;
}

function failureOf(work: () => void): { readonly error: unknown } | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return { error };
  }
}
