// Owns the body in which vLLM 0.32 tells an error. When one is told is left to the routes and the refusals.

import type { Reply } from './steps.ts';
import { reply } from './steps.ts';

/** vLLM's current error body. */
export function errorReply(status: number, message: string, param: string | null, type = 'BadRequestError'): Reply {
  return reply({ status, body: { error: { message, type, param, code: status } } });
}
