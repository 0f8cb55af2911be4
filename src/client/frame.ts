// Owns the data of one stream event -> a JSON object, or the error in it. What the object means is left to the decoders.

import { isObject } from '../core/json.ts';
import { apiErrorFromFrame } from './api-error.ts';
import { ParseError, StreamError } from './errors.ts';

/** Throws a ParseError when the data is not a JSON object, and a StreamError for an error that the server sent in mid-stream. */
export function parseFrame(data: string, requestId: string | undefined): Record<string, unknown> {
  const frame = parseObject(data, requestId);
  const cause = apiErrorFromFrame(frame, requestId);
  if (cause === undefined) return frame;
  const { message, status, retryable } = cause;
  throw new StreamError(message, { code: 'error_frame', status, requestId, retryable, cause });
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
