// Owns `client.chat.completions`: options in, a whole answer or a stream out. The chain is left to `chat-builder.ts`.

import { ChatRequestBuilder } from './chat-builder.ts';
import type { ChatParams } from './chat-params.ts';
import { CHAT_PARAMS } from './chat-params.ts';
import type { ChatCompletionResponse } from './chat-response.ts';
import { readChatResponse } from './chat-response.ts';
import { ChatStream } from './chat-stream.ts';
import type { Connection } from './connection.ts';
import type { RequestOptions } from './options.ts';
import type { RenderedChat } from './render.ts';
import { readRenderedChat } from './render.ts';
import { buildBody } from './request-body.ts';
import { sessionHeader } from './session-header.ts';

const ROUTE = 'chat/completions';
const REQUIRED = ['model', 'messages'];

type Streamed = ChatParams & { readonly stream: true };
type Whole = ChatParams & { readonly stream?: false };

/** `client.chat.completions`, which may also be called: `client.chat.completions().create()`. */
export interface ChatCompletions {
  (): ChatCompletions;
  /** Begins a chain: `.model(…).messages(…).send()`. */
  create(): ChatRequestBuilder;
  /** Asks for an answer. Rejects with a VllmError, or with a MissingParameterError before anything is sent. With `stream: true` it resolves once the server accepts the request. */
  create(params: Streamed, options?: RequestOptions): Promise<ChatStream>;
  create(params: Whole, options?: RequestOptions): Promise<ChatCompletionResponse>;
  create(params: ChatParams, options?: RequestOptions): Promise<ChatCompletionResponse | ChatStream>;
  /** Asks for events, whatever `stream` says. Sends when it is iterated; every failure is the `error` event. */
  stream(params: ChatParams, options?: RequestOptions): ChatStream;
  /**
   * What the model would be sent, without generating: the exact tokens of the prompt and their count. Rejects with a VllmError: `forbidden` on a
   * server without `--enable-scale-out` (vLLM 0.30 and later).
   */
  render(params: ChatParams, options?: RequestOptions): Promise<RenderedChat>;
}

export interface Chat {
  readonly completions: ChatCompletions;
}

export function createChat(connection: Connection): Chat {
  function stream(params: ChatParams, options: RequestOptions = {}): ChatStream {
    const body = bodyOf(params, true);
    const url = connection.route(ROUTE);
    const headers = sessionHeader(params);
    const settings = connection.settings(options);
    const send = () => connection.begin({ method: 'POST', url, body, isStreamed: true, options, settings, headers });
    return new ChatStream(send, settings, options.onChunk);
  }

  async function send(params: ChatParams, options: RequestOptions = {}): Promise<ChatCompletionResponse> {
    const call = { method: 'POST', url: connection.route(ROUTE), body: bodyOf(params, false), options } as const;
    const { value, requestId } = await connection.fetchJson({ ...call, headers: sessionHeader(params) });
    return readChatResponse(value, { requestId, parseThinkTags: connection.settings(options).parseThinkTags });
  }

  async function render(params: ChatParams, options: RequestOptions = {}): Promise<RenderedChat> {
    const { unknownParams } = connection;
    const body = buildBody(params, { required: REQUIRED, known: CHAT_PARAMS, unknownParams });
    const call = { method: 'POST', url: connection.route(`${ROUTE}/render`), body, options } as const;
    const { value, requestId } = await connection.fetchJson({ ...call, headers: sessionHeader(params) });
    return readRenderedChat(value, requestId);
  }

  function create(): ChatRequestBuilder;
  function create(params: Streamed, options?: RequestOptions): Promise<ChatStream>;
  function create(params: Whole, options?: RequestOptions): Promise<ChatCompletionResponse>;
  function create(params: ChatParams, options?: RequestOptions): Promise<ChatCompletionResponse | ChatStream>;
  function create(
    params?: ChatParams,
    options?: RequestOptions,
  ): ChatRequestBuilder | Promise<ChatCompletionResponse | ChatStream> {
    if (params === undefined) return new ChatRequestBuilder({ send, stream });
    return params.stream === true ? openStream(params, options) : send(params, options);
  }

  async function openStream(params: ChatParams, options?: RequestOptions): Promise<ChatStream> {
    return await stream(params, options).open();
  }

  function bodyOf(params: ChatParams, isStreamed: boolean): string {
    const { unknownParams } = connection;
    return buildBody(params, { required: REQUIRED, known: CHAT_PARAMS, unknownParams, isStreamed });
  }

  const completions: ChatCompletions = Object.assign(() => completions, { create, stream, render });
  return { completions };
}
