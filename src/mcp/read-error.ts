// Owns reading what a rejected request of the SDK means: an answer of the server, an answer that cannot be used, or a loss.

import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { SseError } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { isObject, parseJson } from '../core/json.ts';
import { VllmError } from '../core/vllm-error.ts';
import { AnswerError, ConnectionLoss, ServerError } from './connection-error.ts';
import { failureOf } from './screened-transport.ts';

interface RequestSituation {
  readonly signal: AbortSignal | undefined;
  /** Whether the connection has ended since the request. */
  readonly isClosed: boolean;
  /** Whether the request named a session. */
  readonly hadSession: boolean;
}

/** The error to reject with in place of the SDK's. A sign-in that is required stays as it is. */
export function readError(error: unknown, { signal, isClosed, hadSession }: RequestSituation): unknown {
  if (signal?.aborted) return signal.reason;
  const failure = failureOf(error);
  if (failure !== undefined) {
    if (failure.from === 'client') return failure.error;
    const { message, code, data } = failure.error;
    return new ServerError(message, code, data);
  }
  if (error instanceof UnauthorizedError || error instanceof VllmError) return error;
  if (error instanceof ConnectionLoss || error instanceof AnswerError) return error;
  if (error instanceof StreamableHTTPError || error instanceof SseError) {
    return readStatus(error.code, error.message.replace(STATUS_PREFIX, ''), hadSession);
  }
  const ofSse = error instanceof Error ? SSE_STATUS.exec(error.message) : null;
  // The older SSE has its session in the address.
  if (ofSse !== null) return readStatus(Number(ofSse[1]), ofSse[2] ?? '', true);
  if (error instanceof McpError && error.code === ErrorCode.RequestTimeout) {
    return new AnswerError(`did not answer in time: ${error.message.replace(PREFIX, '')}`);
  }
  if (error instanceof z.core.$ZodError)
    return new AnswerError(`answered in a form that is not of the protocol: ${pathsOf(error)}`);
  const isNotSent = error instanceof Error && error.message === 'Not connected';
  if (isClosed || isNotSent || (error instanceof McpError && error.code === ErrorCode.ConnectionClosed)) {
    return new ConnectionLoss('the connection was closed', { wasNotReceived: isNotSent, isGone: true, cause: error });
  }
  return networkLoss(error) ?? innermost(error);
}

/** The SDK's prefix of all messages. */
const PREFIX = /^MCP error -?\d+: /;

const MAX_PATHS = 5;

function pathsOf({ issues }: z.core.$ZodError): string {
  return issues
    .slice(0, MAX_PATHS)
    .map(({ path, message }) => `\`${path.join('.')}\` ${message}`)
    .join('; ');
}

const NOT_FOUND = 404;
const BAD_REQUEST = 400;

const STATUS_PREFIX = /^(?:Streamable HTTP|SSE) error: (?:Error POSTing to endpoint: )?/;
const SSE_STATUS = /^Error POSTing to endpoint \(HTTP (\d+)\): ([\s\S]*)$/;

function readStatus(code: number | undefined, body: string, hadSession: boolean): Error {
  const text = messageIn(body) ?? body;
  const isSessionUnknown = code === NOT_FOUND || (code === BAD_REQUEST && /session|initiali[sz]ed/i.test(text));
  if (hadSession && isSessionUnknown) {
    return new ConnectionLoss(`HTTP ${code}: ${text}`, { wasNotReceived: true, isGone: true });
  }
  return new ServerError(code === undefined || code < 0 ? text : `HTTP ${code}: ${text}`, code);
}

/** The message of a JSON-RPC error, which many servers send as the body beside the status. */
function messageIn(body: string): string | undefined {
  const value = parseJson(body);
  const error = isObject(value) && isObject(value.error) ? value.error : value;
  return isObject(error) && typeof error.message === 'string' ? error.message : undefined;
}

/** With these the request cannot have reached the server. */
const UNREACHED = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'],
]);

/** Node's fetch rejects with a TypeError for everything that happens on the network. */
function networkLoss(error: unknown): ConnectionLoss | undefined {
  if (!(error instanceof TypeError) || !/^(?:fetch failed|terminated)$/.test(error.message)) return undefined;
  const code = codeOf(error.cause);
  if (code === 'ERR_PRIVATE_ADDRESS') return undefined;
  const isUnreached = UNREACHED.has(code);
  const { cause } = error;
  const text = cause instanceof Error && cause.message !== '' ? cause.message : code || error.message;
  return new ConnectionLoss(text, { wasNotReceived: isUnreached, isGone: isUnreached, cause: error });
}

/** Of an error of the network the cause says more. */
function innermost(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  // Several addresses were tried.
  return cause instanceof AggregateError ? codeOf(cause.errors[0]) : '';
}
