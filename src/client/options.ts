// Owns the options of a client and of one request, with their defaults. Using them is left to the connection.

import { unknownOption } from '../core/known-names.ts';
import { MAX_TIMER_MS } from '../core/timers.ts';
import type { ChunkListener } from './chat-decoder.ts';
import { MissingParameterError } from './errors.ts';
import type { SizeLimits, TimeLimits } from './limits.ts';
import { DEFAULT_SIZE_LIMITS, DEFAULT_TIME_LIMITS } from './limits.ts';
import type { RetryNotice, RetryPolicy } from './retry.ts';
import { DEFAULT_RETRY } from './retry.ts';
import type { ClientWarning } from './unknown-params.ts';
import type { RequestDispatcher } from './wire.ts';

export const DEFAULT_BASE_URL = 'http://localhost:8000/v1';

/** The options of a client with its address among them, spelled as other clients spell it. */
export type ClientOptionsWithUrl = ClientOptions & { readonly baseURL?: string };

/** Options of a client. Limits in milliseconds; 0 turns one off. */
export interface ClientOptions extends Partial<TimeLimits>, Partial<SizeLimits>, Partial<RetryPolicy> {
  /** Sent as `Authorization: Bearer`. Default: the environment's `VLLM_API_KEY`; without a key there is no header. */
  readonly apiKey?: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Path of a Unix socket (`vllm serve --uds`); the base URL still gives host header and path. */
  readonly socketPath?: string;
  /** A dispatcher of your own (undici 7 or later), for TLS settings, proxies, pools. You close it. */
  readonly dispatcher?: RequestDispatcher;
  /** Moves thinking out of `content` where the server has no reasoning parser: `<think>…</think>`. Default false. */
  readonly parseThinkTags?: boolean;
  /** Called for what is not an error: a parameter that vLLM does not know. Default: `process.emitWarning`, once for each name. */
  readonly onWarning?: (warning: ClientWarning) => void;
  /** Called before each retry. */
  readonly onRetry?: (notice: RetryNotice) => void;
  /** Values between 0 and 1 for the jitter of retries. Default `Math.random`. */
  readonly random?: () => number;
}

/** Options of one request; they win over the client's. */
export interface RequestOptions
  extends Partial<Omit<TimeLimits, 'connectTimeoutMs'>>,
    Partial<SizeLimits>,
    Partial<RetryPolicy> {
  /** Cancels the request, the wait before a retry included. */
  readonly signal?: AbortSignal | undefined;
  /** Added to the client's, and win over them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly parseThinkTags?: boolean;
  /** Called with each chunk of a stream, unknown fields included, before its events. */
  readonly onChunk?: ChunkListener;
}

export type Settings = TimeLimits &
  SizeLimits &
  RetryPolicy & {
    readonly headers: Readonly<Record<string, string>>;
    readonly parseThinkTags: boolean;
  };

/** Merges options over settings; throws on a limit that is not valid. Returns `base` itself when nothing overrides it. */
export function resolveSettings(base: Settings, over: RequestOptions | ClientOptions): Settings {
  let settings = base;
  for (const name of LIMIT_NAMES) {
    const value = (over as Partial<Settings>)[name];
    if (value === undefined) continue;
    checkLimit(name, value);
    settings = { ...settings, [name]: TIMED.has(name) ? asTimer(value) : value };
  }
  const { parseThinkTags, headers } = over;
  if (parseThinkTags !== undefined) settings = { ...settings, parseThinkTags };
  return headers === undefined ? settings : { ...settings, headers: { ...settings.headers, ...lowerCase(headers) } };
}

export const DEFAULT_SETTINGS: Settings = {
  ...DEFAULT_TIME_LIMITS,
  ...DEFAULT_SIZE_LIMITS,
  ...DEFAULT_RETRY,
  parseThinkTags: false,
  headers: {},
};

const TIME_NAMES = ['connectTimeoutMs', 'firstByteTimeoutMs', 'idleTimeoutMs', 'totalTimeoutMs', 'timeoutMs'] as const;

const LIMIT_NAMES = [
  ...TIME_NAMES,
  'maxEventChars',
  'maxBodyBytes',
  'maxArgumentChars',
  'maxRetries',
  'retryBaseMs',
  'maxRetryDelayMs',
] as const;

const TIMED: ReadonlySet<string> = new Set(TIME_NAMES);

function checkLimit(name: string, value: number | undefined): void {
  if (value === undefined || (typeof value === 'number' && value >= 0)) return;
  const message = `\`${name}\` is ${value}: it must be a number, 0 or more.`;
  throw new MissingParameterError(name, message, 'invalid_parameter');
}

/** A limit longer than a timer can hold is no limit: the timer would fire at once. */
function asTimer(value: number): number {
  return value > MAX_TIMER_MS ? 0 : value;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

const REQUEST_NAMES: Readonly<Record<keyof RequestOptions, true>> = {
  signal: true,
  headers: true,
  parseThinkTags: true,
  onChunk: true,
  firstByteTimeoutMs: true,
  idleTimeoutMs: true,
  totalTimeoutMs: true,
  timeoutMs: true,
  maxEventChars: true,
  maxBodyBytes: true,
  maxArgumentChars: true,
  maxRetries: true,
  retryBaseMs: true,
  maxRetryDelayMs: true,
};

const { signal: _signal, onChunk: _onChunk, ...SHARED_NAMES } = REQUEST_NAMES;

const CLIENT_NAMES: Readonly<Record<keyof ClientOptionsWithUrl, true>> = {
  ...SHARED_NAMES,
  baseURL: true,
  apiKey: true,
  socketPath: true,
  dispatcher: true,
  connectTimeoutMs: true,
  onWarning: true,
  onRetry: true,
  random: true,
};

const OTHERWISE = {
  timeout: '`timeoutMs`',
  defaultHeaders: '`headers`',
  abortSignal: '`signal`',
  fetch: '`dispatcher`',
};

/** Throws a MissingParameterError for an option that a client does not have, with the one that was meant. */
export function checkClientOptions(options: object): void {
  check(options, 'VllmClient', CLIENT_NAMES);
}

/** The same for the options of one request. */
export function checkRequestOptions(options: RequestOptions): void {
  check(options, 'The options of a request', REQUEST_NAMES);
}

function check(options: object, subject: string, known: Readonly<Record<string, true>>): void {
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue;
    const wrong = unknownOption({ [name]: true }, { names: Object.keys(known), otherwise: OTHERWISE });
    if (wrong !== undefined) throw new MissingParameterError(name, `${subject}: ${wrong}`, 'invalid_parameter');
  }
}
