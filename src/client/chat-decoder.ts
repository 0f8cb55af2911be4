// Owns chunks of a streamed chat answer -> events. Bytes are left to `decode-events.ts`.

import { isObject } from '../core/json.ts';
import type { DoneEvent, FinishReason, StreamEvent } from '../core/stream-event.ts';
import type { EventDecoder } from './decode-events.ts';
import { InvalidResponseError, StreamError } from './errors.ts';
import { parseFrame } from './frame.ts';
import { reasoningOf, textOf } from './message-text.ts';
import type { ThinkSplitter } from './think-tags.ts';
import { createThinkSplitter } from './think-tags.ts';
import type { ToolCallMerger } from './tool-call-merger.ts';
import { createToolCallMerger } from './tool-call-merger.ts';
import { usageFrom } from './usage.ts';

/** Is shown each chunk of a stream before its events: the way to fields that this client does not know. */
export type ChunkListener = (chunk: Readonly<Record<string, unknown>>) => void;

export interface ChatDecoderOptions {
  readonly maxArgumentChars: number;
  readonly parseThinkTags: boolean;
  readonly requestId: string | undefined;
  /** `performance.now()` when the request was sent. */
  readonly sentAtMs: number;
  /** When the first byte of the body came, on the same clock. */
  readonly firstByteAtMs: () => number | null;
  /** Milliseconds on the same clock. */
  readonly now: () => number;
  readonly onChunk: ChunkListener | undefined;
}

interface ChoiceState {
  readonly calls: ToolCallMerger;
  readonly thinking: ThinkSplitter | undefined;
  finishReason: FinishReason | null;
  stopReason: string | number | null;
  isFlushed: boolean;
}

/** Decodes the chunks of one streamed chat answer. */
export function createChatDecoder(options: ChatDecoderOptions): EventDecoder<StreamEvent> {
  const { requestId, now, sentAtMs } = options;
  const choices = new Map<number, ChoiceState>();
  let id: string | null = null;
  let model: string | null = null;
  let systemFingerprint: string | null = null;
  let firstTokenAt: number | null = null;
  let lastTokenAt: number | null = null;
  let isDone = false;

  function decode(data: string, out: StreamEvent[]): void {
    if (isDone) return;
    if (data.trim() === '[DONE]') {
      finish(out);
      return;
    }
    const chunk = parseFrame(data, requestId);
    options.onChunk?.(chunk);
    if (typeof chunk.id === 'string') id ??= chunk.id;
    if (typeof chunk.model === 'string') model ??= chunk.model;
    if (typeof chunk.system_fingerprint === 'string') systemFingerprint = chunk.system_fingerprint;
    if (Array.isArray(chunk.choices)) for (const choice of chunk.choices) takeChoice(choice, out);
    const usage = usageFrom(chunk.usage);
    if (usage !== undefined) out.push({ type: 'usage', usage });
  }

  function takeChoice(value: unknown, out: StreamEvent[]): void {
    if (!isObject(value)) return;
    const index = typeof value.index === 'number' ? value.index : 0;
    const choice = choices.get(index) ?? addChoice(index);
    const before = out.length;
    // A gateway that turns whole answers into one chunk may keep the field's other name.
    const delta = isObject(value.delta) ? value.delta : isObject(value.message) ? value.message : undefined;
    if (delta !== undefined) takeDelta(delta, choice, index, out);
    if (out.length > before) {
      lastTokenAt = now();
      firstTokenAt ??= lastTokenAt;
    }
    if (typeof value.stop_reason === 'string' || typeof value.stop_reason === 'number')
      choice.stopReason = value.stop_reason;
    if (typeof value.finish_reason === 'string' && value.finish_reason !== '') {
      choice.finishReason = value.finish_reason;
      flush(choice, index, out);
    }
  }

  function addChoice(index: number): ChoiceState {
    const choice: ChoiceState = {
      calls: createToolCallMerger(index, options.maxArgumentChars),
      thinking: options.parseThinkTags ? createThinkSplitter() : undefined,
      finishReason: null,
      stopReason: null,
      isFlushed: false,
    };
    choices.set(index, choice);
    return choice;
  }

  function takeDelta(delta: Record<string, unknown>, choice: ChoiceState, index: number, out: StreamEvent[]): void {
    const reasoning = reasoningOf(delta);
    if (reasoning !== '') out.push({ type: 'reasoning', delta: reasoning, index });
    const content = textOf(delta.content);
    if (content !== '') pushContent(content, choice, index, out);
    if (Array.isArray(delta.tool_calls)) choice.calls.feed(delta.tool_calls, out);
  }

  function pushContent(text: string, { thinking }: ChoiceState, index: number, out: StreamEvent[]): void {
    if (thinking === undefined) out.push({ type: 'content', delta: text, index });
    else for (const piece of thinking.feed(text)) out.push({ type: piece.type, delta: piece.text, index });
  }

  function flush(choice: ChoiceState, index: number, out: StreamEvent[]): void {
    if (!choice.isFlushed) {
      for (const piece of choice.thinking?.end() ?? []) out.push({ type: piece.type, delta: piece.text, index });
    }
    choice.isFlushed = true;
    choice.calls.flush(out);
  }

  function finish(out: StreamEvent[]): void {
    if (choices.size === 0) {
      const message = 'The stream ended without an answer: it held no choice.';
      throw new InvalidResponseError(message, { code: 'no_choices', requestId });
    }
    const ordered = [...choices].toSorted(([a], [b]) => a - b);
    for (const [index, choice] of ordered) flush(choice, index, out);
    isDone = true;
    const states = ordered.map(([, choice]) => choice);
    out.push(doneEvent(states));
  }

  function doneEvent(states: readonly ChoiceState[]): DoneEvent {
    const since = (at: number | null): number | null => (at === null ? null : at - sentAtMs);
    return {
      type: 'done',
      id,
      model,
      finishReasons: states.map((choice) => choice.finishReason),
      stopReasons: states.map((choice) => choice.stopReason),
      systemFingerprint,
      timings: {
        firstByteMs: since(options.firstByteAtMs()),
        firstTokenMs: since(firstTokenAt),
        lastTokenMs: since(lastTokenAt),
        totalMs: now() - sentAtMs,
      },
    };
  }

  function end(out: StreamEvent[]): void {
    if (isDone) return;
    const states = [...choices.values()];
    // Without [DONE] an answer counts as whole only when the server said so of every choice that it began.
    if (states.length === 0 || states.some((choice) => choice.finishReason === null)) {
      const message = 'The stream ended before the answer did: no finish reason and no [DONE] came. It is not whole.';
      throw new StreamError(message, { code: 'stream_cut', requestId });
    }
    finish(out);
  }

  return { decode, end, isDone: () => isDone };
}
