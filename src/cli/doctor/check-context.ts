// Owns what all checks of a model share: the client, the model, its profile, and the count of requests.

import type { ChatParams } from '../../client/chat-params.ts';
import type { ChatCompletionResponse } from '../../client/chat-response.ts';
import type { VllmClient } from '../../client/client.ts';
import { VllmError } from '../../core/vllm-error.ts';
import type { Profile } from '../../model/profile/profile.ts';
import type { ServerFlags } from '../../model/profile/server-flags.ts';

export interface CheckContext {
  readonly client: VllmClient;
  readonly signal: AbortSignal;
  readonly model: string;
  readonly profile: Profile;
  /** What the server should be started with. */
  readonly flags: ServerFlags;
  /** Sends a small chat request and counts it. Returns a VllmError instead of throwing it. */
  readonly ask: (params: Partial<ChatParams>) => Promise<Attempt>;
  /** How many requests made the model generate so far. */
  readonly requestCount: () => number;
  /** For a request that a check sends by itself. */
  readonly countRequest: () => void;
}

export type Attempt =
  | { readonly response: ChatCompletionResponse; readonly error: undefined }
  | { readonly response: undefined; readonly error: VllmError };

/** Enough for every check. */
export const MAX_TOKENS = 48;

export const QUESTION = [{ role: 'user', content: 'What is the weather in Paris?' }] as const;

export function createCheckContext(
  base: Pick<CheckContext, 'client' | 'signal' | 'model' | 'profile' | 'flags'>,
): CheckContext {
  let count = 0;
  return {
    ...base,
    requestCount: () => count,
    countRequest: () => void count++,
    ask: async (params) => {
      count++;
      try {
        const { model, signal, client } = base;
        const request = {
          messages: QUESTION,
          max_tokens: MAX_TOKENS,
          temperature: 0,
          ...params,
          model,
          stream: false,
        } as const;
        return { response: await client.chat.completions.create(request, { signal, maxRetries: 0 }), error: undefined };
      } catch (error) {
        if (error instanceof VllmError) return { response: undefined, error };
        throw error;
      }
    },
  };
}
