// Owns what kind of server the fake is: version, flags, models, key. Acting on it is left to the routes.

export interface FakeModel {
  readonly id: string;
  /** Context length in tokens. */
  readonly maxModelLen: number;
}

export interface FakePersonality {
  /** Default `0.32.0`. */
  readonly version?: string;
  /** Default: one, named `fake`, with 8192 tokens of context. */
  readonly models?: readonly FakeModel[];
  /** Whether it was started with `--enable-auto-tool-choice --tool-call-parser`. Default true. */
  readonly toolParser?: boolean;
  /** Whether it was started with `--reasoning-parser`; without, thinking stays in the content as `<think>…</think>`. Default true. */
  readonly reasoningParser?: boolean;
  /** The field for thinking: `reasoning` since 0.16, `reasoning_content` until 0.11, both in between. Default `reasoning`. */
  readonly reasoningField?: 'reasoning' | 'reasoning_content' | 'both';
  /** `--api-key`; guards what is below `/v1`. */
  readonly apiKey?: string | undefined;
  /** `--enable-prompt-tokens-details`. Default true. */
  readonly promptTokensDetails?: boolean;
  /** What `/load` tells. Default 0. */
  readonly load?: number;
  /** What `/metrics` tells of the KV cache, 0 to 1. Default 0. */
  readonly kvCacheUsage?: number;
  /** False makes `/health` answer 503, as with a dead engine. Default true. */
  readonly isHealthy?: boolean;
}

export type Personality = Required<FakePersonality>;

export function resolvePersonality(given: FakePersonality): Personality {
  return {
    version: '0.32.0',
    models: [{ id: 'fake', maxModelLen: 8192 }],
    toolParser: true,
    reasoningParser: true,
    reasoningField: 'reasoning',
    apiKey: undefined,
    promptTokensDetails: true,
    load: 0,
    kvCacheUsage: 0,
    isHealthy: true,
    ...given,
  };
}
