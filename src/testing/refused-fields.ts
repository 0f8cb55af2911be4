// Owns the refusals of single fields of the wrong type, with the messages of vLLM's validation. Fields that exclude each
// other are left to `refused-combinations.ts`.

import { errorReply } from './error-reply.ts';
import type { Reply } from './steps.ts';

type Body = Readonly<Record<string, unknown>>;

/** The refusal of the first field of the wrong type; undefined when there is none. Fields unknown to vLLM are not checked. */
export function refusedField(body: Body): Reply | undefined {
  if (!('messages' in body) && !('prompt' in body)) {
    return invalid('missing', 'messages', 'Field required', body);
  }
  for (const [name, kind] of KINDS) {
    const value = body[name];
    if (value === undefined || (value === null && name !== 'messages')) continue;
    const fault = faultOf(value, kind);
    if (fault !== undefined) return invalid(fault.type, name, fault.message, value);
  }
  return undefined;
}

type Kind = 'number' | 'integer' | 'boolean' | 'list';

interface Fault {
  readonly type: string;
  readonly message: string;
}

const KINDS = new Map<string, Kind>([
  ['messages', 'list'],
  ['tools', 'list'],
  ...(['temperature', 'top_p', 'min_p'] as const).map((name) => [name, 'number'] as const),
  ...(['presence_penalty', 'frequency_penalty', 'repetition_penalty'] as const).map(
    (name) => [name, 'number'] as const,
  ),
  ...(['max_tokens', 'max_completion_tokens', 'min_tokens', 'n', 'seed', 'top_k'] as const).map(
    (name) => [name, 'integer'] as const,
  ),
  ...(['stream', 'logprobs', 'ignore_eos', 'continue_final_message', 'add_generation_prompt'] as const).map(
    (name) => [name, 'boolean'] as const,
  ),
]);

/** What vLLM reports about the value. Like vLLM, accepts numbers and booleans given as text. */
function faultOf(value: unknown, kind: Kind): Fault | undefined {
  switch (kind) {
    case 'list':
      return Array.isArray(value) ? undefined : { type: 'list_type', message: 'Input should be a valid list' };
    case 'boolean':
      return booleanFault(value);
    case 'number':
    case 'integer':
      return numberFault(value, kind);
    default:
      return kind satisfies never;
  }
}

const TEXT_BOOLEANS = new Set(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off', 'y', 'n', 't', 'f']);

function booleanFault(value: unknown): Fault | undefined {
  // A legacy completion gives the number of its log probabilities, so a number is valid.
  if (typeof value === 'boolean' || typeof value === 'number') return undefined;
  const message = 'Input should be a valid boolean';
  if (typeof value !== 'string') return { type: 'bool_type', message };
  const isKnown = TEXT_BOOLEANS.has(value.toLowerCase());
  return isKnown ? undefined : { type: 'bool_parsing', message: `${message}, unable to interpret input` };
}

function numberFault(value: unknown, kind: 'number' | 'integer'): Fault | undefined {
  const isInteger = kind === 'integer';
  const short = isInteger ? 'int' : 'float';
  const message = `Input should be a valid ${kind}`;
  if (typeof value === 'string') {
    if (value.trim() !== '' && !Number.isNaN(Number(value))) return undefined;
    const article = isInteger ? 'an' : 'a';
    return { type: `${short}_parsing`, message: `${message}, unable to parse string as ${article} ${kind}` };
  }
  if (typeof value !== 'number' && typeof value !== 'boolean') return { type: `${short}_type`, message };
  if (!isInteger || Number.isInteger(Number(value))) return undefined;
  return { type: 'int_from_float', message: `${message}, got a number with a fractional part` };
}

function invalid(type: string, name: string, text: string, value: unknown): Reply {
  const fields = `'type': '${type}', 'loc': 'body.${name}', 'msg': '${text}', 'input': ${quoted(shown(value))}`;
  return errorReply(400, `1 validation error:\n  {${fields}}`, `body.${name}`, 'Bad Request');
}

/** vLLM shows strings and numbers as they are, and of other values only the size. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...[truncated]` : value;
  if (Array.isArray(value)) return `<list of ${value.length} items>`;
  if (typeof value === 'object' && value !== null) return `<dict of ${Object.keys(value).length} items>`;
  return value === null ? 'None' : String(value);
}

const MAX_SHOWN = 200;

/** As Python prints a string: in double quotes when it contains a single quote. */
function quoted(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}
