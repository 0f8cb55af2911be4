// Owns the personality of the fake: the version, flags, models and key of the vLLM that it plays. Acting on it is left to the
// routes.

import type { RequestMetrics } from '../client/chat-response.ts';

export interface FakeModel {
  readonly id: string;
  /** Context length in tokens. */
  readonly maxModelLen: number;
}

export interface FakePersonality {
  /** Default `0.33.0`. Answers have the fields of this version, as far back as 0.32. */
  readonly version?: string;
  /** Default: one model, `fake`, with a context of 8192 tokens. */
  readonly models?: readonly FakeModel[];
  /** Whether the server was started with `--enable-auto-tool-choice --tool-call-parser`. Default true. */
  readonly toolParser?: boolean;
  /**
   * False: the tool parser has no grammar, as `hf` of 0.32 and later: strict tools, a forced tool choice and `parallel_tool_calls: false` are
   * refused. Default true.
   */
  readonly toolGrammar?: boolean;
  /**
   * Whether the server was started with `--reasoning-parser`. Without it, thinking stays in the content as
   * `<think>…</think>`. Default true.
   */
  readonly reasoningParser?: boolean;
  /** The field of thinking: `reasoning` since 0.16, `reasoning_content` until 0.11, both in between. Default `reasoning`. */
  readonly reasoningField?: 'reasoning' | 'reasoning_content' | 'both';
  /** The value of `--api-key`, which protects the routes below `/v1`. Default: no key. */
  readonly apiKey?: string | undefined;
  /** Whether the server was started with `--enable-prompt-tokens-details`. Default true. */
  readonly promptTokensDetails?: boolean;
  /** The `metrics` of answers, as from a server with `--enable-per-request-metrics`. Default: none. */
  readonly requestMetrics?: RequestMetrics | undefined;
  /** Whether the server was started with `--enable-scale-out`: then it renders chat requests. Default false: 403. */
  readonly scaleOut?: boolean;
  /** Whether there is an embedding and ranking model too, as behind a router: then `/v1/embeddings` and `/v1/rerank` answer. Default false: 404. */
  readonly pooling?: boolean;
  /** The value of `/load`, and the number of running requests in `/metrics`. Default 0. */
  readonly load?: number;
  /** The KV cache usage in `/metrics`, 0 to 1. Default 0. */
  readonly kvCacheUsage?: number;
  /** False: `/health` answers 503, as it does when the engine is dead. Default true. */
  readonly isHealthy?: boolean;
}

export type Personality = Required<FakePersonality>;

export function resolvePersonality(given: FakePersonality): Personality {
  return {
    version: '0.33.0',
    models: [{ id: 'fake', maxModelLen: 8192 }],
    toolParser: true,
    toolGrammar: true,
    reasoningParser: true,
    reasoningField: 'reasoning',
    apiKey: undefined,
    promptTokensDetails: true,
    requestMetrics: undefined,
    scaleOut: false,
    pooling: false,
    load: 0,
    kvCacheUsage: 0,
    isHealthy: true,
    ...given,
  };
}

/** Whether the server is of this minor version or later. Version 1 would be. */
export function isSince({ version }: Personality, minor: number): boolean {
  const [major = 0, own = 0] = version.split('.').map(Number);
  return major > 0 || own >= minor;
}
