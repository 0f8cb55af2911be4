// Owns the form of what a server sends: each message is rebuilt with the fields that JSON-RPC knows, so that a wrong one fails the request
// that it answers instead of leaving it waiting. Which requests wait is left to `screened-transport.ts`.

import { isObject } from '../core/json.ts';
import { AnswerError } from './connection-error.ts';
import type { RequestId } from './transport.ts';

export type ScreenedMessage =
  | { readonly kind: 'answer'; readonly id: RequestId; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly id: RequestId; readonly error: PeerError }
  | { readonly kind: 'unusable'; readonly id: RequestId; readonly what: string }
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: Params }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params };

export interface PeerError {
  readonly code: number | undefined;
  readonly message: string;
  readonly data: unknown;
}

type Params = Readonly<Record<string, unknown>> | undefined;

/** The messages in a value; older servers send several as an array. What is no message is left out. */
export function screenMessages(value: unknown): readonly ScreenedMessage[] {
  return (Array.isArray(value) ? value : [value]).flatMap((entry) => (isObject(entry) ? screen(entry) : []));
}

function screen({ id, method, params, result, error }: Readonly<Record<string, unknown>>): readonly ScreenedMessage[] {
  if (typeof method === 'string') {
    const given = isObject(params) ? withoutWrongMeta(params) : undefined;
    if (id === undefined) return [{ kind: 'notification', method, params: given }];
    return isRequestId(id) ? [{ kind: 'request', id, method, params: given }] : [];
  }
  if (!isRequestId(id)) return [];
  // Put there by a transport that could not read the answer; nothing that a server sends is an Error.
  if (error instanceof AnswerError) return [{ kind: 'unusable', id, what: error.message }];
  if (error !== undefined && error !== null) return [{ kind: 'error', id, error: peerError(error) }];
  if (isObject(result)) return [{ kind: 'answer', id, result: withoutWrongMeta(result) }];
  return [{ kind: 'unusable', id, what: `answered with ${kindOf(result)} in place of a result` }];
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' || Number.isSafeInteger(id);
}

function peerError(error: unknown): PeerError {
  if (!isObject(error)) return { code: undefined, message: textOf(error), data: undefined };
  const { code, message, data } = error;
  const text = typeof message === 'string' && message !== '' ? message : textOf(error);
  return { code: Number.isSafeInteger(code) ? Number(code) : undefined, message: text, data };
}

const MAX_TEXT_CHARS = 1000;

function textOf(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, MAX_TEXT_CHARS);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return value === null ? 'null' : 'nothing';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/** The SDK refuses a whole message for a wrong field in here, of which this client needs none. */
function withoutWrongMeta(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!('_meta' in fields)) return fields;
  const { _meta: meta, ...rest } = fields;
  if (!isObject(meta)) return rest;
  const { progressToken: _token, [RELATED_TASK]: _task, ...known } = meta;
  return { ...rest, _meta: known };
}

const RELATED_TASK = 'io.modelcontextprotocol/related-task';
