// Owns the error body of vLLM 0.33. When an error is sent is left to the routes and the refusals.

import type { Reply } from './steps.ts';
import { reply } from './steps.ts';

/** `param` is the request field that caused the error. */
export function errorReply(status: number, message: string, param: string | null, type = 'BadRequestError'): Reply {
  return reply({ status, body: { error: { message, type, param, code: status } } });
}
