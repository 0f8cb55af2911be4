// Owns `client.embeddings`: texts to vectors. Fields as in vLLM 0.33 (`pooling/embed/protocol.py`).

import type { JsonObject } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Usage } from '../core/usage.ts';
import type { Connection } from './connection.ts';
import { InvalidResponseError } from './errors.ts';
import type { RequestOptions } from './options.ts';
import type { PoolingParams } from './pooling-params.ts';
import { POOLING_PARAMS } from './pooling-params.ts';
import { buildBody } from './request-body.ts';
import { usageFrom } from './usage.ts';

interface EmbeddingCommon extends PoolingParams {
  /** The length of the vectors, for models that can shorten them. Default: the model's own. */
  readonly dimensions?: number | null;
  /** How they travel: `base64` is less than half as long, and 32-bit exact. Either way numbers are given. Default `float`. */
  readonly encoding_format?: 'float' | 'base64';
  /** Default true for texts, false for a conversation, whose template adds them. */
  readonly add_special_tokens?: boolean;
}

/** Texts, token ids, or a conversation as the model's template renders it, for models that embed images too. */
export type EmbeddingParams =
  | (EmbeddingCommon & {
      readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
    })
  | (EmbeddingCommon & {
      readonly messages: readonly Message[];
      /** Default false. */
      readonly add_generation_prompt?: boolean;
      readonly continue_final_message?: boolean;
      readonly chat_template?: string | null;
      readonly media_io_kwargs?: Readonly<Record<string, JsonObject>> | null;
    });

const EMBEDDING_PARAMS: Readonly<Record<string, true>> = {
  ...POOLING_PARAMS,
  input: true,
  messages: true,
  dimensions: true,
  encoding_format: true,
  add_special_tokens: true,
  add_generation_prompt: true,
  continue_final_message: true,
  chat_template: true,
  media_io_kwargs: true,
};

export interface Embedding {
  /** Of the input. */
  readonly index: number;
  readonly embedding: readonly number[];
  readonly [key: string]: unknown;
}

export interface EmbeddingResponse {
  /** In the order of the inputs. */
  readonly data: readonly Embedding[];
  readonly model?: string | null;
  readonly usage?: Usage;
  readonly [key: string]: unknown;
}

export interface Embeddings {
  /**
   * Embeds inputs. Rejects with a VllmError: `not_found` or `not_implemented` where the server does not serve an embedding model. Rejects with a
   * MissingParameterError before anything is sent.
   */
  create(params: EmbeddingParams, options?: RequestOptions): Promise<EmbeddingResponse>;
}

export function createEmbeddings(connection: Connection): Embeddings {
  return {
    async create(params, options = {}) {
      const { unknownParams } = connection;
      const required = ['model', 'messages' in params ? 'messages' : 'input'];
      const body = buildBody(params, { required, known: EMBEDDING_PARAMS, unknownParams });
      const call = { method: 'POST', url: connection.route('embeddings'), body, options } as const;
      const { value, requestId } = await connection.fetchJson(call);
      return readEmbeddings(value, requestId);
    },
  };
}

function readEmbeddings(value: unknown, requestId: string): EmbeddingResponse {
  if (!isObject(value) || !Array.isArray(value.data)) throw invalid('it has no `data`', requestId);
  const { usage: rawUsage, ...fields } = value;
  const data = value.data.map((entry: unknown, at) => readEmbedding(entry, at, requestId));
  const usage = usageFrom(rawUsage);
  return { ...fields, data: data.toSorted((a, b) => a.index - b.index), ...(usage !== undefined && { usage }) };
}

function readEmbedding(entry: unknown, at: number, requestId: string): Embedding {
  const embedding = isObject(entry) ? vectorOf(entry.embedding) : undefined;
  if (!isObject(entry) || embedding === undefined) throw invalid(`entry ${at} has no vector`, requestId);
  return { ...entry, index: typeof entry.index === 'number' ? entry.index : at, embedding };
}

function vectorOf(value: unknown): readonly number[] | undefined {
  if (typeof value === 'string') return decodeFloats(value);
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number') ? value : undefined;
}

const FLOAT_BYTES = 4;

/** Floats of 32 bits, little-endian on all machines that vLLM runs on. */
function decodeFloats(base64: string): readonly number[] | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) return undefined;
  return Array.from({ length: bytes.length / FLOAT_BYTES }, (_, at) => bytes.readFloatLE(at * FLOAT_BYTES));
}

function invalid(what: string, requestId: string): InvalidResponseError {
  const message = `The server's answer is not a list of embeddings: ${what}. Does the base URL point to vLLM's /v1?`;
  return new InvalidResponseError(message, { code: 'invalid_response', requestId });
}
