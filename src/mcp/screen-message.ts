// Owns the form of what a server sends: each message is rebuilt with the fields that JSON-RPC knows, so that a wrong one fails the request
// that it answers instead of leaving it waiting. Which requests wait is left to `screened-transport.ts`.

import { isObject } from '../core/json.ts';
import { AnswerError } from './connection-error.ts';

export type ScreenedMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly id: number; readonly error: PeerError }
  | { readonly kind: 'unusable'; readonly id: number; readonly what: string }
  | { readonly kind: 'request'; readonly id: string | number; readonly method: string; readonly params: Params }
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
    const isId = typeof id === 'string' || Number.isSafeInteger(id);
    return isId ? [{ kind: 'request', id: id as string | number, method, params: given }] : [];
  }
  // Requests of this client have numbers, which some servers give back as text.
  const own = typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : id;
  if (typeof own !== 'number' || !Number.isSafeInteger(own)) return [];
  // Put there by a transport that could not read the answer; nothing that a server sends is an Error.
  if (error instanceof AnswerError) return [{ kind: 'unusable', id: own, what: error.message }];
  if (error !== undefined && error !== null) return [{ kind: 'error', id: own, error: peerError(error) }];
  if (isObject(result)) return [{ kind: 'answer', id: own, result: withoutWrongMeta(result) }];
  return [{ kind: 'unusable', id: own, what: `answered with ${kindOf(result)} in place of a result` }];
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
