// Owns params -> the JSON text of a request body: required fields, values that JSON cannot hold, `extra`, unknown names.
// Which params there are is left to the endpoints.

import { isObject } from '../core/json.ts';
import { MissingParameterError } from './errors.ts';
import type { UnknownParams } from './unknown-params.ts';

interface BodyRules {
  /** Names of required fields, in the order in which they are checked. */
  readonly required: readonly string[];
  /** Every name that the endpoint knows. */
  readonly known: Readonly<Record<string, true>>;
  readonly unknownParams: UnknownParams;
  /** Left out for an endpoint that does not generate. */
  readonly isStreamed?: boolean;
}

/** Builds the body. Throws a MissingParameterError before anything is sent. */
export function buildBody(params: object, rules: BodyRules): string {
  const fields = params as Readonly<Record<string, unknown>>;
  const { extra } = fields;
  if (extra !== undefined && !isObject(extra)) {
    throw new MissingParameterError('extra', '`extra` must be an object of body fields.', 'invalid_parameter');
  }
  // `stream` decides how the answer is read, so not even `extra` changes it.
  const stream = rules.isStreamed;
  const own = Object.assign({}, fields, { extra: undefined }, usageFields(fields, stream));
  const body: Record<string, unknown> = Object.assign(own, extra, stream === undefined ? undefined : { stream });
  for (const name of rules.required) requireField(name, body);
  const names = Object.keys(fields).filter((name) => name !== 'extra');
  for (const name of names) checkNumber(name, fields[name]);
  rules.unknownParams.report(names, rules.known);
  return encode(body);
}

function requireField(name: string, fields: Readonly<Record<string, unknown>>): void {
  const value = fields[name];
  if (value === undefined || value === null || value === '') {
    throw new MissingParameterError(name, `\`${name}\` is required: nothing was sent.`);
  }
  if (name === 'messages' && !Array.isArray(value)) {
    throw new MissingParameterError(name, '`messages` must be an array of messages.', 'invalid_parameter');
  }
}

/** JSON would turn NaN and the infinities into null, which vLLM takes for "default". */
function checkNumber(name: string, value: unknown): void {
  if (typeof value !== 'number' || Number.isFinite(value)) return;
  throw new MissingParameterError(name, `\`${name}\` is ${value}: it must be a finite number.`, 'invalid_parameter');
}

/** A stream has token counts only on request; without them an agent cannot enforce its limits. */
function usageFields(
  fields: Readonly<Record<string, unknown>>,
  isStreamed: boolean | undefined,
): Record<string, unknown> | undefined {
  if (isStreamed !== true) return undefined;
  const options = fields.stream_options;
  if (options === null) return { stream_options: undefined };
  return { stream_options: Object.assign({ include_usage: true }, isObject(options) ? options : undefined) };
}

function encode(body: Record<string, unknown>): string {
  const { messages } = body;
  try {
    if (!Array.isArray(messages) || messages.length < LONG_HISTORY) return JSON.stringify(body);
    // The body is ours, and has a model at least, so that this is no empty object.
    const rest = JSON.stringify(Object.assign(body, { messages: undefined }));
    return `${rest.slice(0, -1)},"messages":[${Array.from(messages, messageText).join(',')}]}`;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : 'not JSON';
    const message = `The request cannot be written as JSON: ${reason}.`;
    throw new MissingParameterError('params', message, 'invalid_parameter', { cause });
  }
}

/** Messages. A shorter history is written anew for each request, which is cheaper than keeping the texts of its messages. */
const LONG_HISTORY = 100;

/** Of messages that cannot change any more. A run freezes those that it makes, and sends all of them again with every turn. */
const texts = new WeakMap<object, string>();

function messageText(message: unknown): string {
  const text = isObject(message) ? texts.get(message) : undefined;
  return text ?? writeMessage(message);
}

function writeMessage(message: unknown): string {
  const text = JSON.stringify(message) ?? 'null'; // as in an array
  if (isObject(message) && isFrozen(message)) texts.set(message, text);
  return text;
}

/** With all that is in it. */
function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}
