// Owns reading what a rejected request of the SDK means: an answer of the server, an answer that cannot be used, or a loss.

import { isObject, parseJson } from '../core/json.ts';
import { VllmError } from '../core/vllm-error.ts';
import { AnswerError, ConnectionLoss, RevisionError, ServerError, SignInRequired } from './connection-error.ts';
import { failureOf } from './screened-transport.ts';

/** What an error of an SDK says. */
export type SdkFailure =
  | { readonly type: 'sign-in' }
  /** `hadSession`: of the transport, where it is always so. */
  | { readonly type: 'status'; readonly status: number | undefined; readonly body: string; readonly hadSession?: true }
  | { readonly type: 'timeout'; readonly message: string }
  | { readonly type: 'form'; readonly what: string }
  | { readonly type: 'closed'; readonly isSent: boolean }
  | { readonly type: 'revision'; readonly what: string };

interface RequestSituation {
  readonly signal: AbortSignal;
  /** Whether the connection has ended since the request. */
  readonly isClosed: boolean;
  /** Whether the request named a session. */
  readonly hadSession: boolean;
  readonly readSdk: (error: Error) => SdkFailure | undefined;
}

/** The error to reject with in place of the SDK's. */
export function readError(error: unknown, { signal, isClosed, hadSession, readSdk }: RequestSituation): unknown {
  if (signal.aborted) return signal.reason;
  const failure = failureOf(error);
  if (failure !== undefined) {
    if (failure.from === 'client') return failure.error;
    const { message, code, data } = failure.error;
    return code === UNSUPPORTED_REVISION ? new RevisionError(message, error) : new ServerError(message, code, data);
  }
  if (error instanceof VllmError || error instanceof ConnectionLoss || error instanceof AnswerError) return error;
  const known = error instanceof Error ? readSdk(error) : undefined;
  switch (known?.type) {
    case 'sign-in':
      return new SignInRequired(error);
    case 'status':
      return readStatus(known.status, known.body, known.hadSession ?? hadSession);
    case 'timeout':
      return new AnswerError(`did not answer in time: ${known.message}`);
    case 'form':
      return new AnswerError(`answered in a form that is not of the protocol: ${known.what}`);
    case 'revision':
      return new RevisionError(known.what, error);
    case 'closed':
      return closed(known.isSent, error);
    case undefined:
      return isClosed ? closed(true, error) : (networkLoss(error) ?? innermost(error));
    default:
      known satisfies never;
      return error;
  }
}

function closed(isSent: boolean, cause: unknown): ConnectionLoss {
  return new ConnectionLoss('the connection was closed', { wasNotReceived: !isSent, isGone: true, cause });
}

/** Of JSON-RPC: the server does not speak the revision of the request. */
const UNSUPPORTED_REVISION = -32_022;

const NOT_FOUND = 404;
const BAD_REQUEST = 400;

function readStatus(code: number | undefined, body: string, hadSession: boolean): Error {
  const { message: text = body, code: ofAnswer } = errorIn(body);
  if (ofAnswer === UNSUPPORTED_REVISION) return new RevisionError(`HTTP ${code}: ${text}`);
  const isSessionUnknown = code === NOT_FOUND || (code === BAD_REQUEST && /session|initiali[sz]ed/i.test(text));
  if (hadSession && isSessionUnknown) {
    return new ConnectionLoss(`HTTP ${code}: ${text}`, { wasNotReceived: true, isGone: true });
  }
  return new ServerError(code === undefined || code < 0 ? text : `HTTP ${code}: ${text}`, code);
}

/** The JSON-RPC error that many servers send as the body beside the status. */
function errorIn(body: string): { readonly message?: string; readonly code?: unknown } {
  const value = parseJson(body);
  const error = isObject(value) && isObject(value.error) ? value.error : value;
  return isObject(error) && typeof error.message === 'string' ? { message: error.message, code: error.code } : {};
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
