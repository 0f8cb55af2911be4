// Owns the chained form of a chat request. The request itself is left to `chat.ts`.

import type { Message } from '../core/message.ts';
import type { ChatParams, ToolChoice, ToolDefinition } from './chat-params.ts';
import type { ChatCompletionResponse } from './chat-response.ts';
import type { ChatStream } from './chat-stream.ts';
import { MissingParameterError } from './errors.ts';
import type { RequestOptions } from './options.ts';
import type { ExtraParams } from './sampling-params.ts';

interface ChatSenders {
  readonly send: (params: ChatParams, options?: RequestOptions) => Promise<ChatCompletionResponse>;
  readonly stream: (params: ChatParams, options?: RequestOptions) => ChatStream;
}

/**
 * A chat request under construction. Immutable: every method returns a new one, so an unfinished request can be kept and used again.
 * `extra` sets what has no method.
 */
export class ChatRequestBuilder {
  readonly #senders: ChatSenders;
  readonly #params: Partial<ChatParams>;

  /** Made by `client.chat.completions.create()`. */
  constructor(senders: ChatSenders, params: Partial<ChatParams> = {}) {
    this.#senders = senders;
    this.#params = params;
  }

  model(model: string): ChatRequestBuilder {
    return this.#with({ model });
  }

  messages(messages: readonly Message[]): ChatRequestBuilder {
    return this.#with({ messages });
  }

  /** 0 to 2. */
  temperature(temperature: number): ChatRequestBuilder {
    return this.#with({ temperature });
  }

  /** Tokens, at least 1. */
  maxTokens(maxTokens: number): ChatRequestBuilder {
    return this.#with({ max_tokens: maxTokens });
  }

  /** Above 0, up to 1. */
  topP(topP: number): ChatRequestBuilder {
    return this.#with({ top_p: topP });
  }

  /** 0 or -1: off. */
  topK(topK: number): ChatRequestBuilder {
    return this.#with({ top_k: topK });
  }

  tools(tools: readonly ToolDefinition[]): ChatRequestBuilder {
    return this.#with({ tools });
  }

  toolChoice(toolChoice: ToolChoice): ChatRequestBuilder {
    return this.#with({ tool_choice: toolChoice });
  }

  stop(stop: string | readonly string[]): ChatRequestBuilder {
    return this.#with({ stop });
  }

  /** Only checked: `send` refuses `stream(true)`, `sendStream` always streams. */
  stream(stream: boolean): ChatRequestBuilder {
    return this.#with({ stream });
  }

  /** Fields for the top level of the body; several calls add up. */
  extra(extra: ExtraParams): ChatRequestBuilder {
    return this.#with({ extra: { ...this.#params.extra, ...extra } });
  }

  /** Sends and waits for the whole answer. Rejects with a VllmError, or with a MissingParameterError before anything is sent. */
  async send(options?: RequestOptions): Promise<ChatCompletionResponse> {
    if (this.#params.stream === true) {
      const message = '`.stream(true)` and `.send()` contradict each other: use `.sendStream()`.';
      throw new MissingParameterError('stream', message, 'invalid_parameter');
    }
    return await this.#senders.send(this.#whole(), options);
  }

  /** Sends and resolves to the events once the server accepts the request. Rejects with a VllmError, or with a MissingParameterError before anything is sent. */
  async sendStream(options?: RequestOptions): Promise<ChatStream> {
    return await this.#senders.stream(this.#whole(), options).open();
  }

  #with(change: Partial<ChatParams>): ChatRequestBuilder {
    return new ChatRequestBuilder(this.#senders, { ...this.#params, ...change });
  }

  #whole(): ChatParams {
    return this.#params as ChatParams; // `buildBody` checks what is required
  }
}
