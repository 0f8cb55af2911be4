// Owns the endpoints beside the generating ones: models, tokens, health, version, load, metrics.

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { ToolDefinition } from './chat-params.ts';
import type { Connection } from './connection.ts';
import { ApiError, InvalidResponseError } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { parseMetrics } from './metrics.ts';
import type { RequestOptions } from './options.ts';

/** One model that the server serves; an adapter (LoRA) names its base in `parent`. */
export interface ModelCard {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created?: number;
  readonly owned_by?: string;
  /** The path or hub name that it was loaded from. */
  readonly root?: string | null;
  readonly parent?: string | null;
  /** Context length in tokens. */
  readonly max_model_len?: number | null;
  readonly [key: string]: unknown;
}

export interface ModelList {
  readonly object: string;
  readonly data: readonly ModelCard[];
}

interface TokenizeCommon {
  readonly model?: string;
  readonly add_special_tokens?: boolean;
  /** Adds `token_strs`. */
  readonly return_token_strs?: boolean | null;
}

/** A text, or a conversation as the model's template renders it. */
export type TokenizeParams =
  | (TokenizeCommon & { readonly prompt: string })
  | (TokenizeCommon & {
      readonly messages: readonly Message[];
      readonly tools?: readonly ToolDefinition[];
      readonly add_generation_prompt?: boolean;
      readonly continue_final_message?: boolean;
      readonly chat_template?: string | null;
      readonly chat_template_kwargs?: JsonObject | null;
      readonly media_io_kwargs?: Readonly<Record<string, JsonObject>> | null;
      readonly mm_processor_kwargs?: JsonObject | null;
    });

export interface TokenizeResponse {
  readonly count: number;
  /** The model's context length in tokens. */
  readonly max_model_len: number;
  readonly tokens: readonly number[];
  readonly token_strs?: readonly string[] | null;
}

export interface DetokenizeParams {
  readonly model?: string;
  readonly tokens: readonly number[];
}

/** Each rejects with a VllmError; an answer of another shape is an InvalidResponseError. */
export interface ServerEndpoints {
  readonly models: { readonly list: (options?: RequestOptions) => Promise<ModelList> };
  readonly tokenize: (params: TokenizeParams, options?: RequestOptions) => Promise<TokenizeResponse>;
  /** The text of token ids. */
  readonly detokenize: (params: DetokenizeParams, options?: RequestOptions) => Promise<string>;
  /** False when the server answers that its engine is dead (503); rejects when nothing answers. */
  readonly health: (options?: RequestOptions) => Promise<boolean>;
  /** Such as `0.33.0`. */
  readonly version: (options?: RequestOptions) => Promise<string>;
  /** Requests in flight. Always 0 without `--enable-server-load-tracking`. */
  readonly load: (options?: RequestOptions) => Promise<number>;
  readonly metrics: (options?: RequestOptions) => Promise<Metrics>;
}

export function createServerEndpoints(connection: Connection): ServerEndpoints {
  const get = (url: URL, options: RequestOptions = {}) => connection.fetchJson({ method: 'GET', url, options });
  const post = (url: URL, params: object, options: RequestOptions = {}) =>
    connection.fetchJson({ method: 'POST', url, body: JSON.stringify(params), options });

  return {
    models: {
      async list(options) {
        const { value, requestId } = await get(connection.route('models'), options);
        const data: unknown = isObject(value) ? value.data : undefined;
        if (!Array.isArray(data) || !data.every(isModelCard)) throw invalidAnswer('models', requestId);
        return { object: 'list', data };
      },
    },
    async tokenize(params, options) {
      const { value, requestId } = await post(connection.serverRoute('tokenize'), params, options);
      if (!isTokenizeResponse(value)) throw invalidAnswer('tokenize', requestId);
      return value;
    },
    async detokenize(params, options) {
      const { value, requestId } = await post(connection.serverRoute('detokenize'), params, options);
      if (!isObject(value) || typeof value.prompt !== 'string') throw invalidAnswer('detokenize', requestId);
      return value.prompt;
    },
    async health(options = {}) {
      try {
        const call = { method: 'GET', url: connection.serverRoute('health') } as const;
        const answer = await connection.send({ ...call, options: { maxRetries: 0, ...options } });
        await answer.release();
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.status === 503) return false;
        throw error;
      }
    },
    async version(options) {
      const { value, requestId } = await get(connection.serverRoute('version'), options);
      if (!isObject(value) || typeof value.version !== 'string') throw invalidAnswer('version', requestId);
      return value.version;
    },
    async load(options) {
      const { value, requestId } = await get(connection.serverRoute('load'), options);
      if (!isObject(value) || typeof value.server_load !== 'number') throw invalidAnswer('load', requestId);
      return value.server_load;
    },
    async metrics(options = {}) {
      const url = connection.serverRoute('metrics');
      const answer = await connection.send({ method: 'GET', url, options, headers: { accept: 'text/plain' } });
      return parseMetrics(await answer.text());
    },
  };
}

function isModelCard(value: unknown): value is ModelCard {
  return isObject(value) && typeof value.id === 'string';
}

function isTokenizeResponse(value: unknown): value is TokenizeResponse & Record<string, unknown> {
  return isObject(value) && typeof value.count === 'number' && Array.isArray(value.tokens);
}

function invalidAnswer(what: string, requestId: string): InvalidResponseError {
  const message = `The server's answer to \`${what}\` does not have the shape of vLLM's. Is it a vLLM server?`;
  return new InvalidResponseError(message, { code: 'invalid_response', requestId });
}
