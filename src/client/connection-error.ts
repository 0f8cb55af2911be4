// Owns turning what the network layer throws into the client's errors. Time limits and cancellation are left to the deadline.

import { isObject } from '../core/json.ts';
import type { VllmError } from '../core/vllm-error.ts';
import { HttpError, IoError, StreamError, TimeoutError } from './errors.ts';

export interface Attempt {
  readonly method: string;
  readonly url: URL;
  readonly requestId: string;
}

/** `POST http://host/v1/chat/completions`: no credentials, no query. */
export function targetOf({ method, url }: Attempt): string {
  return `${method} ${url.origin}${url.pathname}`;
}

/** An attempt failed before the headers of an answer arrived. */
export function errorFromConnection(cause: unknown, attempt: Attempt): VllmError {
  const target = targetOf(attempt);
  const { requestId } = attempt;
  const networkCode = codeOf(cause);
  if (networkCode === 'UND_ERR_CONNECT_TIMEOUT' || networkCode === 'ETIMEDOUT') {
    const message = `${target}: no connection within the limit (\`connectTimeoutMs\`). Is the host right and reachable?`;
    return new TimeoutError(message, { code: 'connect_timeout', requestId, retryable: true, cause });
  }
  if (RESETS.has(networkCode)) {
    const message = `${target}: the server closed the connection without an answer (${networkCode}).`;
    return new HttpError(message, { code: 'connection_reset', requestId, retryable: true, cause });
  }
  if (
    networkCode.startsWith('HPE_') ||
    networkCode === 'HTTPParserError' ||
    networkCode.startsWith('UND_ERR_HEADERS')
  ) {
    const message = `${target}: the server there does not speak HTTP (${networkCode}). Is it https, or another port?`;
    return new HttpError(message, { code: 'not_http', requestId, cause });
  }
  if (isTls(networkCode)) {
    const message = `${target}: the TLS connection failed (${networkCode}). For a private certificate set NODE_EXTRA_CA_CERTS.`;
    return new HttpError(message, { code: 'tls_failed', requestId, cause });
  }
  if (networkCode === 'UND_ERR_INVALID_ARG') {
    // undici names the header or the field, and never its value.
    const reason = cause instanceof Error ? cause.message : networkCode;
    return new HttpError(`${target}: the request cannot be sent: ${reason}.`, { code: 'unsendable', requestId, cause });
  }
  const message = `${target}: no connection (${networkCode}). ${REMEDIES[networkCode] ?? REMEDY}`;
  return new HttpError(message, { code: 'connection_failed', requestId, retryable: true, cause });
}

/** The connection broke while the body was read. */
export function errorFromBody(cause: unknown, isStreamed: boolean, attempt: Attempt): VllmError {
  const { requestId } = attempt;
  const networkCode = codeOf(cause);
  const message = `${targetOf(attempt)}: the connection broke in the middle of the answer (${networkCode}).`;
  if (isStreamed) return new StreamError(message, { code: 'stream_cut', requestId, cause });
  return new IoError(message, { code: 'connection_reset', requestId, cause });
}

const RESETS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

const REMEDY = 'Is vLLM running there? If not, correct the base URL (VLLM_BASE_URL).';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host name is not known: check the base URL.',
  EAI_AGAIN: 'The host name could not be looked up now.',
  ENOENT: 'There is no such Unix socket: check `socketPath`.',
  EACCES: 'This user may not use the socket or port.',
  UND_ERR_CLOSED: 'This client was closed.',
  UND_ERR_DESTROYED: 'This client was closed.',
  UND_ERR_ABORTED: 'A proxy refused the connection.',
};

function isTls(networkCode: string): boolean {
  return (
    networkCode.startsWith('ERR_TLS') ||
    networkCode.startsWith('ERR_SSL') ||
    networkCode === 'EPROTO' ||
    networkCode.includes('CERT') ||
    networkCode.includes('SIGNATURE')
  );
}

/** The first error code down the chain of causes; for an AggregateError (several addresses tried) that of its first error. */
function codeOf(cause: unknown): string {
  for (let error = cause, depth = 0; isObject(error) || error instanceof Error; depth++) {
    const { code, errors, cause: next } = error as { code?: unknown; errors?: unknown; cause?: unknown };
    if (typeof code === 'string') return code;
    if (depth >= 5) break;
    error = Array.isArray(errors) ? errors[0] : next;
  }
  return cause instanceof Error ? cause.name : 'unknown';
}
