// Owns one stream event -> a JSON object, or the error in it. What the object means is left to the decoders.

import { isObject } from '../core/json.ts';
import { apiErrorFromEvent, apiErrorFromFrame } from './api-error.ts';
import type { ApiError } from './errors.ts';
import { ParseError, StreamError } from './errors.ts';

/**
 * Gives the object. Throws a StreamError for an error that the server sent in mid-stream: vLLM sends an object with `error`, gateways also an
 * event of the name `error` or a flat object with a message. Throws a ParseError for anything else that is not an object; but gives undefined
 * when that is an event of a name of its own, such as the `ping` of gateways.
 */
export function parseFrame(
  data: string,
  requestId: string | undefined,
  name: string | undefined,
): Record<string, unknown> | undefined {
  const isNamed = name !== undefined && name !== 'message';
  const frame = isNamed ? parseQuietly(data) : parseObject(data, requestId);
  const cause = name === 'error' ? apiErrorFromEvent(frame ?? data, requestId) : apiErrorFromFrame(frame, requestId);
  if (cause === undefined) return frame;
  throw frameError(cause, requestId);
}

function frameError(cause: ApiError, requestId: string | undefined): StreamError {
  const { message, status, retryable } = cause;
  return new StreamError(message, { code: 'error_frame', status, requestId, retryable, cause });
}

function parseQuietly(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    // The caller sees undefined.
    return undefined;
  }
}

function parseObject(data: string, requestId: string | undefined): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    const message = `An event of the stream is not JSON (${data.length} characters; \`excerpt\` has its beginning).`;
    throw new ParseError(message, { code: 'bad_event', requestId, cause, excerpt: data });
  }
  if (isObject(value)) return value;
  const message = 'An event of the stream is JSON but not an object (`excerpt` has its beginning).';
  throw new ParseError(message, { code: 'bad_event', requestId, excerpt: data });
}
