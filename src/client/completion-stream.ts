// Owns a streamed legacy completion. The consumer's side is left to `event-stream.ts`, bytes to `decode-events.ts`.

import { isObject } from '../core/json.ts';
import type { FinishReason } from '../core/stream-event.ts';
import type { CompletionEvent } from './completion-params.ts';
import type { EventDecoder } from './decode-events.ts';
import { decodeAnswer } from './decode-events.ts';
import { InvalidResponseError, StreamError } from './errors.ts';
import { EventStream } from './event-stream.ts';
import { parseFrame } from './frame.ts';
import type { PendingAnswer } from './transport.ts';
import { usageFrom } from './usage.ts';

/** A streamed legacy completion: `text`, `finish_reason` and `usage` events, then `done` or `error`. */
export class CompletionStream extends EventStream<CompletionEvent> {
  /** Made by the client. */
  constructor(send: () => PendingAnswer, maxEventChars: number) {
    super({ send, decode: (answer) => decodeAnswer(answer, createCompletionDecoder(answer.requestId), maxEventChars) });
  }

  /** The text of the first choice, joined. Throws the error that ended the stream. */
  async collectText(): Promise<string> {
    const parts: string[] = [];
    for await (const event of this) {
      if (event.type === 'error') throw event.error;
      if (event.type === 'text' && event.index === 0) parts.push(event.delta);
    }
    return parts.join('');
  }
}

function createCompletionDecoder(requestId: string): EventDecoder<CompletionEvent> {
  const finished = new Map<number, FinishReason | null>();
  let counted: 'never' | 'last' | 'often' = 'never';
  let isDone = false;

  function decode(data: string, out: CompletionEvent[], name?: string): void {
    if (isDone) return;
    if (data.trim() === '[DONE]') {
      takeDone(out);
      return;
    }
    const chunk = parseFrame(data, requestId, name);
    if (chunk === undefined) return;
    if (Array.isArray(chunk.choices)) for (const choice of chunk.choices) takeChoice(choice, out);
    const usage = usageFrom(chunk.usage);
    if (usage === undefined) return;
    const isAlone = !Array.isArray(chunk.choices) || chunk.choices.length === 0;
    counted = counted === 'never' || isAlone ? 'last' : 'often';
    out.push({ type: 'usage', usage });
  }

  /** As in a chat: without a finish reason, `[DONE]` closes a whole answer only when the token counts came last. */
  function takeDone(out: CompletionEvent[]): void {
    if (finished.size > 0 && [...finished.values()].every((reason) => reason === null) && counted !== 'last')
      throw cut();
    finish(out);
  }

  function cut(): StreamError {
    const message = 'The stream ended before the completion did: no finish reason came. It is not whole.';
    return new StreamError(message, { code: 'stream_cut', requestId });
  }

  function takeChoice(choice: unknown, out: CompletionEvent[]): void {
    if (!isObject(choice)) return;
    const index = typeof choice.index === 'number' ? choice.index : 0;
    if (typeof choice.text === 'string' && choice.text !== '') out.push({ type: 'text', delta: choice.text, index });
    const { finish_reason: finishReason, stop_reason: stop } = choice;
    const isFinished = typeof finishReason === 'string' && finishReason !== '';
    if (!finished.has(index) || isFinished) finished.set(index, isFinished ? finishReason : null);
    if (!isFinished) return;
    const stopReason = typeof stop === 'string' || typeof stop === 'number' ? stop : null;
    out.push({ type: 'finish_reason', finishReason, stopReason, index });
  }

  function finish(out: CompletionEvent[]): void {
    if (finished.size === 0) {
      throw new InvalidResponseError(
        'The stream held no choice: the server sent an answer that is not one of vLLM. Check the base URL.',
        { code: 'no_choices', requestId },
      );
    }
    isDone = true;
    out.push({ type: 'done' });
  }

  function end(out: CompletionEvent[]): void {
    if (isDone) return;
    const reasons = [...finished.values()];
    if (reasons.length === 0 || reasons.includes(null)) throw cut();
    finish(out);
  }

  return { decode, finish, end, isDone: () => isDone };
}
