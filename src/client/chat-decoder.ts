// Owns chunks of a streamed chat answer -> events. Bytes are left to `decode-events.ts`, each choice to `choice-decoder.ts`.

import { isObject } from '../core/json.ts';
import type { DoneEvent, StreamEvent, StreamTimings } from '../core/stream-event.ts';
import type { ChoiceDecoderOptions } from './choice-decoder.ts';
import { ChoiceDecoder } from './choice-decoder.ts';
import type { EventDecoder } from './decode-events.ts';
import { InvalidResponseError, StreamError } from './errors.ts';
import { parseFrame } from './frame.ts';
import { usageFrom } from './usage.ts';

/** Is called with each chunk of a stream before its events: it gives access to fields that this client does not know. */
export type ChunkListener = (chunk: Readonly<Record<string, unknown>>) => void;

interface ChatDecoderOptions extends ChoiceDecoderOptions {
  readonly requestId: string | undefined;
  /** `performance.now()` when the request was sent. */
  readonly sentAtMs: number;
  /** When the first byte of the body arrived, on the same clock. */
  readonly firstByteAtMs: () => number | null;
  /** Milliseconds on the same clock. */
  readonly now: () => number;
  readonly onChunk: ChunkListener | undefined;
}

/** Decodes the chunks of one streamed chat answer. */
export class ChatDecoder implements EventDecoder<StreamEvent> {
  readonly #options: ChatDecoderOptions;
  readonly #choices = new Map<number, ChoiceDecoder>();
  #id: string | null = null;
  #model: string | null = null;
  #systemFingerprint: string | null = null;
  #firstTokenAtMs: number | null = null;
  #lastTokenAtMs: number | null = null;
  /** Token counts: `often` when chunks of the answer carry the counts so far. */
  #counted: 'never' | 'last' | 'often' = 'never';
  #isDone = false;

  constructor(options: ChatDecoderOptions) {
    this.#options = options;
  }

  isDone(): boolean {
    return this.#isDone;
  }

  decode(data: string, out: StreamEvent[], name?: string): void {
    if (this.#isDone) return;
    if (data.trim() === '[DONE]') {
      this.#takeDone(out);
      return;
    }
    const { requestId, onChunk } = this.#options;
    const chunk = parseFrame(data, requestId, name);
    if (chunk === undefined) return;
    onChunk?.(chunk);
    if (typeof chunk.id === 'string') this.#id ??= chunk.id;
    if (typeof chunk.model === 'string') this.#model ??= chunk.model;
    if (typeof chunk.system_fingerprint === 'string') this.#systemFingerprint = chunk.system_fingerprint;
    if (Array.isArray(chunk.choices)) for (const entry of chunk.choices) this.#takeChoice(entry, out);
    const usage = usageFrom(chunk.usage);
    if (usage === undefined) return;
    this.#counted = this.#counted === 'never' || !hasChoices(chunk) ? 'last' : 'often';
    out.push({ type: 'usage', usage });
  }

  end(out: StreamEvent[]): void {
    if (this.#isDone) return;
    const choices = [...this.#choices.values()];
    // Without [DONE] an answer counts as whole only if the server sent a finish reason for every choice that it began.
    if (choices.length === 0 || choices.some(({ finishReason }) => finishReason === null)) {
      const message = 'The stream ended before the answer did: no finish reason and no [DONE] came. It is not whole.';
      throw new StreamError(message, { code: 'stream_cut', requestId: this.#options.requestId });
    }
    this.finish(out);
  }

  /**
   * Takes `[DONE]`. Gateways send it after whatever ended the answer, an error of their own included. Without a finish reason it
   * closes a whole answer only when the token counts came, which are sent last, or when its calls are whole.
   */
  #takeDone(out: StreamEvent[]): void {
    const choices = [...this.#choices.values()];
    const isFinished = choices.length === 0 || choices.some(({ finishReason }) => finishReason !== null);
    if (!isFinished && this.#counted !== 'last' && !choices.some((choice) => choice.hasWholeCall())) {
      const message = 'The stream was closed before the answer ended: no finish reason came. It is not whole.';
      throw new StreamError(message, { code: 'stream_cut', requestId: this.#options.requestId });
    }
    this.finish(out);
  }

  #takeChoice(entry: unknown, out: StreamEvent[]): void {
    if (!isObject(entry)) return;
    const choice = this.#choice(typeof entry.index === 'number' ? entry.index : 0);
    const before = out.length;
    choice.takeDelta(entry, out);
    if (out.length > before) {
      this.#lastTokenAtMs = this.#options.now();
      this.#firstTokenAtMs ??= this.#lastTokenAtMs;
    }
    choice.takeReasons(entry, out);
  }

  #choice(index: number): ChoiceDecoder {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice = new ChoiceDecoder(index, this.#options);
    this.#choices.set(index, choice);
    return choice;
  }

  finish(out: StreamEvent[]): void {
    if (this.#choices.size === 0) {
      const message = 'The stream ended without an answer: it held no choice.';
      throw new InvalidResponseError(message, { code: 'no_choices', requestId: this.#options.requestId });
    }
    const choices = [...this.#choices].toSorted(([a], [b]) => a - b).map(([, choice]) => choice);
    for (const choice of choices) choice.flush(out);
    this.#isDone = true;
    out.push(this.#doneEvent(choices));
  }

  #doneEvent(choices: readonly ChoiceDecoder[]): DoneEvent {
    return {
      type: 'done',
      id: this.#id,
      model: this.#model,
      finishReasons: choices.map(({ finishReason }) => finishReason),
      stopReasons: choices.map(({ stopReason }) => stopReason),
      systemFingerprint: this.#systemFingerprint,
      timings: this.#timings(),
    };
  }

  #timings(): StreamTimings {
    const { sentAtMs, firstByteAtMs, now } = this.#options;
    const since = (atMs: number | null): number | null => (atMs === null ? null : atMs - sentAtMs);
    return {
      firstByteMs: since(firstByteAtMs()),
      firstTokenMs: since(this.#firstTokenAtMs),
      lastTokenMs: since(this.#lastTokenAtMs),
      totalMs: now() - sentAtMs,
    };
  }
}

function hasChoices({ choices }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(choices) && choices.length > 0;
}
