// Owns naming a conversation to the routers before vLLM. What makes a conversation is left to the caller.

import type { ExtraParams, SamplingParams } from './sampling-params.ts';

type SessionParams = Pick<SamplingParams, 'session_id'> & { readonly extra?: ExtraParams | undefined };

/**
 * Routers take the first of several headers as key, and `X-Request-Id`, new with every attempt, is among them:
 * without this header they would send each turn of a conversation to another replica.
 */
export function sessionHeader(params: SessionParams): Record<string, string> {
  const { extra } = params;
  const session = extra !== undefined && 'session_id' in extra ? extra.session_id : params.session_id;
  if (typeof session !== 'string' || session === '') return {};
  // Routers compare it and nothing more, so that any form which names one conversation will do.
  return {
    'x-session-id': /^[\x20-\x7e]+$/.test(session)
      ? session
      : encodeURIComponent(session.replaceAll(/\p{Surrogate}/gu, '\ufffd')),
  };
}
