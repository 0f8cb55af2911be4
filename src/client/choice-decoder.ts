// Owns the deltas of one choice of a streamed chat answer -> its events. The chunks around them are left to `chat-decoder.ts`.

import { isObject } from '../core/json.ts';
import type { FinishReason, StreamEvent } from '../core/stream-event.ts';
import { reasoningOf, textOf } from './message-text.ts';
import type { ThinkPiece, ThinkSplitter } from './think-tags.ts';
import { createThinkSplitter } from './think-tags.ts';
import { ToolCallMerger } from './tool-call-merger.ts';

export interface ChoiceDecoderOptions {
  readonly maxArgumentChars: number;
  readonly parseThinkTags: boolean;
}

export class ChoiceDecoder {
  readonly #index: number;
  readonly #calls: ToolCallMerger;
  readonly #thinking: ThinkSplitter | undefined;
  #isThinkingFlushed = false;
  #finishReason: FinishReason | null = null;
  #stopReason: string | number | null = null;

  /** `index` is the choice's own. */
  constructor(index: number, { maxArgumentChars, parseThinkTags }: ChoiceDecoderOptions) {
    this.#index = index;
    this.#calls = new ToolCallMerger(index, maxArgumentChars);
    this.#thinking = parseThinkTags ? createThinkSplitter() : undefined;
  }

  /** Null until the server has sent it. */
  get finishReason(): FinishReason | null {
    return this.#finishReason;
  }

  get stopReason(): string | number | null {
    return this.#stopReason;
  }

  /** Takes the delta of an entry of `choices`; appends its events to `out`. */
  takeDelta(entry: Readonly<Record<string, unknown>>, out: StreamEvent[]): void {
    // A gateway that turns a whole answer into one chunk may keep the field's other name.
    const delta = isObject(entry.delta) ? entry.delta : entry.message;
    if (!isObject(delta)) return;
    const reasoning = reasoningOf(delta);
    if (reasoning !== '') out.push({ type: 'reasoning', delta: reasoning, index: this.#index });
    const content = textOf(delta.content);
    if (content !== '') this.#takeContent(content, out);
    if (Array.isArray(delta.tool_calls)) this.#calls.feed(delta.tool_calls, out);
  }

  /** Takes the reasons of an entry; a finish reason completes the choice's calls. */
  takeReasons(
    { stop_reason: stop, finish_reason: finish }: Readonly<Record<string, unknown>>,
    out: StreamEvent[],
  ): void {
    if (typeof stop === 'string' || typeof stop === 'number') this.#stopReason = stop;
    if (typeof finish !== 'string' || finish === '') return;
    this.#finishReason = finish;
    this.flush(out);
  }

  /** Appends what was held back: text that could have become a delimiter of thinking, and the complete calls. */
  flush(out: StreamEvent[]): void {
    if (this.#thinking !== undefined && !this.#isThinkingFlushed) this.#pushPieces(this.#thinking.end(), out);
    this.#isThinkingFlushed = true;
    this.#calls.flush(out);
  }

  /** Whether the calls have come whole, though no finish reason says so. */
  hasWholeCall(): boolean {
    return this.#calls.hasWhole();
  }

  #takeContent(text: string, out: StreamEvent[]): void {
    if (this.#thinking === undefined) out.push({ type: 'content', delta: text, index: this.#index });
    else this.#pushPieces(this.#thinking.feed(text), out);
  }

  #pushPieces(pieces: readonly ThinkPiece[], out: StreamEvent[]): void {
    for (const { type, text } of pieces) out.push({ type, delta: text, index: this.#index });
  }
}
