// Owns what all checks share: the server, the model, its profile, and the count of what was sent.

import type { ChatParams } from '../../client/chat-params.ts';
import type { ChatCompletionResponse } from '../../client/chat-response.ts';
import type { VllmClient } from '../../client/client.ts';
import { VllmError } from '../../core/vllm-error.ts';
import type { Profile } from '../../model/profile/profile.ts';

export interface Patient {
  readonly client: VllmClient;
  readonly signal: AbortSignal;
  readonly model: string;
  readonly profile: Profile;
  /** Asks for a few tokens; counted. Gives the error instead of throwing it. */
  readonly ask: (params: Partial<ChatParams>) => Promise<Asked>;
  /** Requests that made the model generate, so far. */
  readonly sent: () => number;
  readonly countOne: () => void;
}

export type Asked =
  | { readonly response: ChatCompletionResponse; readonly error: undefined }
  | { readonly response: undefined; readonly error: VllmError };

/** No check needs more words than these. */
export const MAX_TOKENS = 48;

export const QUESTION = [{ role: 'user', content: 'What is the weather in Paris?' }] as const;

export function createPatient(base: Pick<Patient, 'client' | 'signal' | 'model' | 'profile'>): Patient {
  let count = 0;
  return {
    ...base,
    sent: () => count,
    countOne: () => void count++,
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
