// Owns the refusals of values that are out of range or not trusted, with the messages of vLLM 0.33. Wrong types are left to
// `refused-fields.ts`.

import { isObject } from '../core/json.ts';
import { errorReply } from './error-reply.ts';
import type { Reply } from './steps.ts';

type Body = Readonly<Record<string, unknown>>;

/** What vLLM refuses while it reads a request. */
export function refusedValue(body: Body): Reply | undefined {
  return refusedSalt(body) ?? refusedLogprobs(body) ?? refusedBudget(body) ?? tooSmall(body);
}

function refusedSalt({ cache_salt: salt }: Body): Reply | undefined {
  if (salt == null) return undefined;
  if (typeof salt !== 'string' || salt === '') {
    return refuse("Parameter 'cache_salt' must be a non-empty string if provided.", 'cache_salt');
  }
  if (salt.length <= MAX_SALT_CHARS && !SALT_FORBIDS.some((char) => salt.includes(char))) return undefined;
  const message =
    "Parameter 'cache_salt' must be at most 128 characters and must not contain '@', '/', '\\\\', or NUL.";
  return refuse(message, 'cache_salt');
}

const MAX_SALT_CHARS = 128;
const SALT_FORBIDS = ['@', '/', '\\', '\0'];

function refusedLogprobs(body: Body): Reply | undefined {
  // A legacy completion has a number there, and messages of its own.
  if (!('messages' in body)) return undefined;
  const { logprobs, top_logprobs: top, prompt_logprobs: prompt, logprob_token_ids: ids } = body;
  if (Array.isArray(ids) && ids.length > 0) {
    if (body.use_beam_search === true) {
      return refuse('`logprob_token_ids` is not supported with beam search.', 'logprob_token_ids');
    }
    if (logprobs !== true) {
      return refuse('when using `logprob_token_ids`, `logprobs` must be set to true.', 'logprob_token_ids');
    }
  }
  for (const [name, value] of [['prompt_logprobs', prompt] as const, ['top_logprobs', top] as const]) {
    if (value != null && typeof value !== 'number') return refuse(`\`${name}\` must be an integer.`, name, value);
  }
  if (typeof prompt === 'number') {
    if (body.stream === true && (prompt > 0 || prompt === -1)) {
      return refuse('`prompt_logprobs` are not available when `stream=True`.', 'prompt_logprobs');
    }
    if (prompt < -1) return refuse('`prompt_logprobs` must be a positive value or -1.', 'prompt_logprobs', prompt);
  }
  if (typeof top !== 'number') return undefined;
  if (top < -1) return refuse('`top_logprobs` must be a positive value or -1.', 'top_logprobs', top);
  if (top === 0 || logprobs === true) return undefined;
  return refuse('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs');
}

function refusedBudget({ thinking_token_budget: budget }: Body): Reply | undefined {
  if (budget == null || (Number.isInteger(budget) && Number(budget) >= -1)) return undefined;
  const message = '`thinking_token_budget` must be a non-negative integer or -1 for unlimited.';
  return refuse(message, 'thinking_token_budget', budget);
}

/** Fields with a least value. */
const LEAST = new Map([
  ['stream_interval', 1],
  ['truncate_prompt_tokens', -1],
  ['routed_experts_prompt_start', 0],
]);

function tooSmall(body: Body): Reply | undefined {
  for (const [name, least] of LEAST) {
    const value = body[name];
    if (typeof value !== 'number' || value >= least) continue;
    const text = `Input should be greater than or equal to ${least}`;
    const fields = `'type': 'greater_than_equal', 'loc': 'body.${name}', 'msg': '${text}', 'input': '${value}', 'ctx': {'ge': ${least}}`;
    return errorReply(400, `1 validation error:\n  {${fields}}`, `body.${name}`, 'Bad Request');
  }
  return undefined;
}

/** What a server refuses whose owner does not trust its clients, as by default. */
export function untrusted(body: Body): Reply | undefined {
  const switches = body.chat_template_kwargs;
  if (body.chat_template != null || (isObject(switches) && switches.chat_template != null)) {
    return errorReply(400, UNTRUSTED_TEMPLATE, null);
  }
  for (const [name, what] of [
    ['mm_processor_kwargs', 'preprocessing'],
    ['media_io_kwargs', 'media loading'],
  ] as const) {
    const value = body[name];
    if (!isObject(value) || Object.keys(value).length === 0) continue;
    const message =
      `Per-request ${name} are disabled by default because they can change multimodal ${what} resource usage. Start the ` +
      'server with --trust-request-mm-kwargs only when clients are trusted.';
    return refuse(message, name);
  }
  return undefined;
}

const UNTRUSTED_TEMPLATE =
  'Chat template is passed with request, but --trust-request-chat-template is not set. Refused request with untrusted ' +
  'chat template.';

/** What the sampler refuses, once the prompt is known to fit. */
export function refusedSampling(body: Body): Reply | undefined {
  const { max_completion_tokens: completion, max_tokens: older } = body;
  const most = completion ?? older;
  const least = body.min_tokens;
  const { n, temperature } = body;
  return (
    RANGES.map(([name, isRight, text, isNamed]) => {
      const value = body[name];
      if (typeof value !== 'number' || isRight(value)) return undefined;
      const shown = INTEGERS.has(name) ? String(value) : decimal(value);
      const message = `${name} must be ${text}, got ${shown}.`;
      return isNamed ? refuse(message, name, shown) : errorReply(400, message, null);
    }).find((found) => found !== undefined) ??
    (typeof most === 'number' && most < 1
      ? refuse(`max_tokens must be at least 1, got ${most}.`, 'max_tokens', most)
      : undefined) ??
    (typeof most === 'number' && typeof least === 'number' && least > most
      ? errorReply(400, `min_tokens must be less than or equal to max_tokens=${most}, got ${least}.`, null)
      : undefined) ??
    (hasEmpty(body.stop) ? errorReply(400, 'stop cannot contain an empty string.', null) : undefined) ??
    (typeof n === 'number' && n > 1 && temperature === 0
      ? errorReply(400, `n must be 1 when using greedy sampling, got ${n}.`, null)
      : undefined)
  );
}

type Range = readonly [name: string, isRight: (value: number) => boolean, text: string, isNamed: boolean];

/** In the order of vLLM's checks. */
const RANGES: readonly Range[] = [
  ['presence_penalty', (value) => Math.abs(value) <= 2, 'in [-2, 2]', false],
  ['frequency_penalty', (value) => Math.abs(value) <= 2, 'in [-2, 2]', false],
  ['repetition_penalty', (value) => value > 0, 'greater than zero', false],
  ['temperature', (value) => value >= 0, 'non-negative', true],
  ['temperature', (value) => value <= 2, 'in [0, 2]', true],
  ['top_p', (value) => value > 0 && value <= 1, 'in (0, 1]', true],
  ['top_k', (value) => value >= -1, '0 (disable), or at least 1', false],
  ['min_p', (value) => value >= 0 && value <= 1, 'in [0, 1]', false],
  ['min_tokens', (value) => value >= 0, 'greater than or equal to 0', false],
];

const INTEGERS = new Set(['top_k', 'min_tokens']);

/** As Python prints a number that is not an integer by its type. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function hasEmpty(stop: unknown): boolean {
  return Array.isArray(stop) && stop.includes('');
}

/** vLLM names field and value twice: in the message and in `param`. */
function refuse(message: string, param: string, value?: unknown): Reply {
  const shown = value === undefined ? '' : `, value=${String(value)}`;
  return errorReply(400, `${message} (parameter=${param}${shown})`, param);
}
