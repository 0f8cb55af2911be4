// Owns `client.rerank`: documents in order of relevance to a query. Fields as in vLLM 0.33 (`pooling/scoring/protocol.py`).

import { isObject } from '../core/json.ts';
import type { ContentPart } from '../core/message.ts';
import type { Connection } from './connection.ts';
import { InvalidResponseError } from './errors.ts';
import type { RequestOptions } from './options.ts';
import type { PoolingParams } from './pooling-params.ts';
import { POOLING_PARAMS } from './pooling-params.ts';
import { buildBody } from './request-body.ts';

/** A text, or parts for models that read images too. */
export type RerankInput = string | { readonly content: readonly ContentPart[] };

export interface RerankParams extends PoolingParams {
  readonly query: RerankInput;
  readonly documents: readonly RerankInput[];
  /** How many of the best to give; 0: all. Default 0. */
  readonly top_n?: number;
  /** What relevance means, for models whose template takes an instruction. */
  readonly instruction?: string | null;
  /** Cuts the query, and each document, to so many tokens; 0: does not. Default 0. */
  readonly max_tokens_per_query?: number;
  readonly max_tokens_per_doc?: number;
}

const RERANK_PARAMS: Readonly<Record<keyof Omit<RerankParams, 'extra'>, true>> = {
  ...POOLING_PARAMS,
  query: true,
  documents: true,
  top_n: true,
  instruction: true,
  max_tokens_per_query: true,
  max_tokens_per_doc: true,
};

export interface RankedDocument {
  /** Its place in `documents`. */
  readonly index: number;
  /** Its range is the model's own; most give 0 to 1. */
  readonly relevance_score: number;
  /** The document itself; gateways may leave it out. */
  readonly document?: { readonly text?: string | null; readonly [key: string]: unknown } | null;
  readonly [key: string]: unknown;
}

export interface RerankResponse {
  /** The most relevant first. */
  readonly results: readonly RankedDocument[];
  readonly id?: string;
  readonly model?: string;
  readonly usage?: { readonly prompt_tokens?: number; readonly total_tokens: number } | null;
  readonly [key: string]: unknown;
}

/**
 * Ranks documents. Rejects with a VllmError: `not_found` or `not_implemented` where the server does not serve a model that scores pairs. Rejects
 * with a MissingParameterError before anything is sent.
 */
export type Rerank = (params: RerankParams, options?: RequestOptions) => Promise<RerankResponse>;

export function createRerank(connection: Connection): Rerank {
  return async (params, options = {}) => {
    const { unknownParams } = connection;
    const required = ['model', 'query', 'documents'];
    const body = buildBody(params, { required, known: RERANK_PARAMS, unknownParams });
    // vLLM has the route at its root too, where no key is asked for; gateways have it here.
    const call = { method: 'POST', url: connection.route('rerank'), body, options } as const;
    const { value, requestId } = await connection.fetchJson(call);
    if (isRerankResponse(value)) return value;
    const message = "The server's answer is not a ranking: it has no `results`. Does the base URL point to vLLM's /v1?";
    throw new InvalidResponseError(message, { code: 'invalid_response', requestId });
  };
}

function isRerankResponse(value: unknown): value is RerankResponse & Record<string, unknown> {
  return isObject(value) && Array.isArray(value.results) && value.results.every(isRanked);
}

function isRanked(value: unknown): value is RankedDocument {
  return isObject(value) && typeof value.index === 'number' && typeof value.relevance_score === 'number';
}
