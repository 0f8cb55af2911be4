// Owns a streamed chat answer and its collection into a whole one.
// The consumer's side is left to `event-stream.ts`, bytes to `decode-events.ts`, meaning to `chat-decoder.ts`.

import type { StreamEvent } from '../core/stream-event.ts';
import type { VllmError } from '../core/vllm-error.ts';
import type { ChunkListener } from './chat-decoder.ts';
import { ChatDecoder } from './chat-decoder.ts';
import type { ChatCompletionResponse } from './chat-response.ts';
import type { EventDecoder } from './decode-events.ts';
import { decodeAnswer } from './decode-events.ts';
import { StreamError } from './errors.ts';
import { EventStream } from './event-stream.ts';
import type { HttpAnswer } from './http-answer.ts';
import { createResponseFold } from './response-fold.ts';
import type { PendingAnswer } from './transport.ts';

interface ChatStreamOptions {
  readonly maxEventChars: number;
  readonly maxArgumentChars: number;
  readonly parseThinkTags: boolean;
}

/** A streamed chat answer: seven kinds of event, `done` or `error` last. */
export class ChatStream extends EventStream<StreamEvent> {
  readonly #listeners: ChunkListener[];

  /** Made by the client. */
  constructor(send: () => PendingAnswer, options: ChatStreamOptions, onChunk: ChunkListener | undefined) {
    const listeners: ChunkListener[] = onChunk === undefined ? [] : [onChunk];
    const notifyAll: ChunkListener = (chunk) => {
      for (const listener of listeners) listener(chunk);
    };
    const decode = (answer: HttpAnswer) =>
      decodeAnswer(answer, createDecoder(answer, options, notifyAll), options.maxEventChars);
    super({ send, decode });
    this.#listeners = listeners;
  }

  /** The content of the first choice, joined. Throws the error that ended the stream; its `partial` is what came before. */
  async collectContent(): Promise<string> {
    return (await this.finalResponse()).choices[0].message.content ?? '';
  }

  /** The answer as a request without `stream` gives it. Throws the error that ended the stream. */
  async finalResponse(): Promise<ChatCompletionResponse> {
    const fold = createResponseFold();
    this.#listeners.push(fold.chunk);
    for await (const event of this) {
      if (event.type === 'error') throw withPartial(event.error, fold.content());
      fold.event(event);
    }
    return fold.response();
  }
}

/** The same failure, with the text that came before it in reach but not in print. */
function withPartial(error: VllmError, partial: string): VllmError {
  if (!(error instanceof StreamError)) return error;
  const { message, code, status, requestId, retryable, cause } = error;
  return new StreamError(message, { code, status, requestId, retryable, cause, partial });
}

function createDecoder(
  answer: HttpAnswer,
  { maxArgumentChars, parseThinkTags }: ChatStreamOptions,
  onChunk: ChunkListener,
): EventDecoder<StreamEvent> {
  const { requestId, sentAtMs } = answer;
  const firstByteAtMs = (): number | null => answer.firstByteAtMs;
  // All events of a piece came at the same time; asking the clock for each would cost as much as making it.
  const now = (): number => answer.lastPieceAtMs;
  return new ChatDecoder({ maxArgumentChars, parseThinkTags, onChunk, requestId, sentAtMs, firstByteAtMs, now });
}
